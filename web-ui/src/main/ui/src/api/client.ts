import type { Health, Page, Pool, Volume } from './model';
import { Problem } from './problem';

/** The REST API as one holder of a token sees it. Each call answers, or throws a {@link Problem}. */
export interface Client {
  health(signal?: AbortSignal): Promise<Health>;
  pools(signal?: AbortSignal): Promise<Page<Pool>>;
  volumes(signal?: AbortSignal): Promise<Page<Volume>>;
}

export function createClient(token: string): Client {
  const get = async (path: string, signal?: AbortSignal): Promise<Response> => {
    try {
      return await fetch(path, {
        headers: { Accept: 'application/json', Authorization: `Bearer ${token}` },
        cache: 'no-store',
        ...(signal && { signal }),
      });
    } catch (failure) {
      if (signal?.aborted) throw failure;
      throw Problem.unreachable();
    }
  };
  const read = async <T>(path: string, signal?: AbortSignal): Promise<T> => {
    const response = await get(path, signal);
    if (!response.ok) throw await Problem.of(response);
    return (await response.json()) as T;
  };

  return {
    async health(signal) {
      const response = await get('/actuator/health', signal);
      // 503 is how a controller that is not well says so, with the same body.
      if (!response.ok && response.status !== 503) throw await Problem.of(response);
      return (await response.json()) as Health;
    },
    pools: (signal) => read('/api/v1/pools', signal),
    volumes: (signal) => read('/api/v1/volumes', signal),
  };
}
