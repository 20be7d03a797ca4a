// session.ts - who is logged in, and the query cache that hangs on it.

import { QueryClient } from '@tanstack/react-query';
import { onSessionLost, ProblemError, type Session } from './api/client';

export const kSessionKey = ['session'] as const;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      networkMode: 'always',
      refetchOnWindowFocus: false,
      // A refusal stays a refusal; a lost answer is asked for twice more.
      retry: (count, error) => !(error instanceof ProblemError) && count < 2,
      retryDelay: 700,
    },
  },
});

/** Why the login page is shown: at the start, or because the session ended while working. */
let ended = false;
export const sessionEnded = (): boolean => ended;

export function setSession(session: Session | null): void {
  ended = false;
  if (session === null) queryClient.removeQueries({ predicate: (q) => q.queryKey[0] !== 'session' });
  queryClient.setQueryData(kSessionKey, session);
}

onSessionLost(() => {
  if (queryClient.getQueryData<Session | null>(kSessionKey) == null) return;
  setSession(null);
  ended = true;
});
