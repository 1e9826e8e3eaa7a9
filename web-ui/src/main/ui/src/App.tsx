import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useCallback, useState } from 'react';
import { type Client, createClient } from './api/client';
import { Problem } from './api/problem';
import { Overview } from './overview/Overview';
import { SignIn } from './session/SignIn';
import { tokenStore } from './session/tokenStore';

interface Session {
  client: Client;
  queries: QueryClient;
}

/** A session has its own cache, so that nothing of one token's is shown to the next. */
function openSession(token: string): Session {
  const queries = new QueryClient({
    defaultOptions: {
      queries: { retry: (failures, failure) => Problem.from(failure).passing && failures < 1, retryDelay: 500 },
    },
  });
  return { client: createClient(token), queries };
}

/** The page: a sign-in until there is a token, then the overview until the reader or the controller ends the session. */
export function App() {
  const [session, setSession] = useState<Session | undefined>(() => {
    const kept = tokenStore.get();
    return kept === null ? undefined : openSession(kept);
  });
  const signIn = useCallback((token: string) => {
    tokenStore.put(token);
    setSession(openSession(token));
  }, []);
  const [refusal, setRefusal] = useState<Problem>();
  const signOut = useCallback((reason?: Problem) => {
    tokenStore.forget();
    setRefusal(reason);
    setSession(undefined);
  }, []);

  if (!session) return <SignIn onToken={signIn} reason={refusal} />;
  return (
    <QueryClientProvider client={session.queries}>
      <Overview client={session.client} onSignOut={signOut} />
    </QueryClientProvider>
  );
}
