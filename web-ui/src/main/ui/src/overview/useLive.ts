import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Problem } from '../api/problem';

export const refreshMillis = 5_000;

export interface Live<T> {
  /** The last good answer; it stays while newer ones fail. */
  value: T | undefined;
  problem: Problem | undefined;
  updatedAtMillis: number;
}

/** An answer of the controller that is asked for again every few seconds, while the page is in sight. */
export function useLive<T>(name: string, read: (signal: AbortSignal) => Promise<T>): Live<T> {
  const query = useQuery({
    queryKey: [name],
    queryFn: ({ signal }) => read(signal),
    refetchInterval: refreshMillis,
    placeholderData: keepPreviousData,
  });
  return {
    value: query.data,
    problem: query.error ? Problem.from(query.error) : undefined,
    updatedAtMillis: query.dataUpdatedAt,
  };
}
