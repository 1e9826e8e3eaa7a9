import { vi } from 'vitest';
import type { Health, Page, Pool, Volume } from '../api/model';

export const token = 'correct-horse';

export const health: Health = { status: 'UP' };

export const pools: Page<Pool> = {
  items: [
    {
      name: 'fast',
      state: 'online',
      totalBytes: 10 * 2 ** 30,
      allocatedBytes: 48 * 2 ** 20,
      freeBytes: 10 * 2 ** 30 - 48 * 2 ** 20,
      virtualBytes: 64 * 2 ** 40,
    },
  ],
  total: 1,
};

export const volumes: Page<Volume> = {
  items: [
    {
      id: '0193',
      name: 'db01',
      pool: 'fast',
      state: 'online',
      sizeBytes: 20 * 2 ** 30,
      mappedBytes: 33 * 2 ** 20,
      allocatedBytes: 48 * 2 ** 20,
      exports: [{ id: 'e1', protocol: 'nbd', uri: 'nbd://127.0.0.1:10809/db01' }],
    },
  ],
  total: 1,
};

export type Answer = Response | Error;

export function json(status: number, body: unknown, type = 'application/json'): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': type } });
}

export function problem(status: number, body: Record<string, unknown>): Response {
  return json(status, { status, ...body }, 'application/problem+json');
}

/**
 * A controller behind `fetch`: it refuses every token but {@link token}, and answers each path from `answers`, which a test
 * changes while the page runs.
 */
export function startController(overrides: Record<string, () => Answer> = {}) {
  const answers: Record<string, () => Answer> = {
    '/actuator/health': () => json(200, health),
    '/api/v1/pools': () => json(200, pools),
    '/api/v1/volumes': () => json(200, volumes),
    ...overrides,
  };
  const fetch = vi.fn(async (path: string, init: RequestInit) => {
    const authorization = new Headers(init.headers).get('Authorization');
    if (authorization !== `Bearer ${token}`) {
      return problem(401, { title: 'Unauthorized', cause: 'The token is unknown.', correction: 'Use the admin token.' });
    }
    const answer = answers[path.split('?')[0]!]!();
    if (answer instanceof Error) throw answer;
    return answer;
  });
  vi.stubGlobal('fetch', fetch);
  return { answers, fetch };
}
