// live.ts - the live counters, asked for once a second, and whether they can be trusted now.

import { useQuery } from '@tanstack/react-query';
import { live } from './api/client';

export const kLivePollMs = 1000;

export function useLive() {
  const query = useQuery({
    queryKey: ['live'],
    queryFn: ({ signal }) => live(signal),
    refetchInterval: kLivePollMs,
    retry: false,
    networkMode: 'always',
    gcTime: Number.POSITIVE_INFINITY,
  });
  return { data: query.data, lost: query.isError, since: query.dataUpdatedAt };
}
