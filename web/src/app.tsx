// app.tsx - the gate (login or console), the frame around every page, and the routes.

import { Button, Loader } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  Link,
  Outlet,
  parseSearchWith,
  RouterProvider,
  stringifySearchWith,
} from '@tanstack/react-router';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { closeSession, currentSession, type Session } from './api/client';
import { useMessages } from './i18n/context';
import { formatClock } from './i18n/format';
import { useLive } from './live';
import { ContentsPage } from './pages/contents';
import { LinePage } from './pages/line';
import { LoginPage } from './pages/login';
import { ScanBar } from './pages/scan';
import { VerifyPage } from './pages/verify';
import { kSessionKey, queryClient, setSession } from './session';
import { Icon, Mark } from './ui/icons';
import { Notice } from './ui/notice';
import { LanguageSelect, ThemeSwitch } from './ui/tools';

/** Says loudly when the figures are old, and that they are fresh again. */
function ConnectionNotice() {
  const m = useMessages();
  const { lost, since } = useLive();
  const wasLost = useRef(false);
  const [back, setBack] = useState(false);
  useEffect(() => {
    if (lost) {
      wasLost.current = true;
      setBack(false);
    } else if (wasLost.current) {
      wasLost.current = false;
      setBack(true);
      const timer = setTimeout(() => setBack(false), 5000);
      return () => clearTimeout(timer);
    }
    return undefined;
  }, [lost]);
  return (
    <div aria-live="assertive" className="pt-connection">
      {lost && (
        <Notice tone="bad" icon="offline" title={m.text('link.lost')}>
          <p>
            {since === 0
              ? m.text('link.lost_never')
              : m.text('link.lost_detail', { time: formatClock(since, m.locale) })}
          </p>
        </Notice>
      )}
      {back && !lost && <Notice tone="good" title={m.text('link.back')} />}
    </div>
  );
}

function Frame() {
  const m = useMessages();
  const session = queryClient.getQueryData<Session | null>(kSessionKey);
  const main = useRef<HTMLElement>(null);
  const logOut = () => {
    void closeSession().then(
      () => setSession(null),
      () => undefined, // The connection notice says why.
    );
  };
  return (
    <>
      <a
        className="pt-skip"
        href="#main"
        onClick={(e) => {
          e.preventDefault(); // The address after # belongs to the routes.
          main.current?.focus();
        }}
      >
        {m.text('app.skip')}
      </a>
      <header className="pt-header">
        <div className="pt-header-row">
          <span className="pt-brand">
            <Mark size={36} />
            <span>{m.text('app.name')}</span>
          </span>
          <nav aria-label={m.text('app.main_nav')} className="pt-nav">
            <Link to="/" activeOptions={{ exact: true }}>
              {m.text('nav.line')}
            </Link>
            <Link to="/verify" activeOptions={{ includeSearch: false }}>
              {m.text('nav.verify')}
            </Link>
          </nav>
          <div className="pt-tools">
            <LanguageSelect />
            <ThemeSwitch />
            <Button
              variant="default"
              size="md"
              leftSection={<Icon name="out" size={22} />}
              onClick={logOut}
              title={m.text('app.signed_in_as', { user: session?.user ?? '' })}
            >
              {m.text('app.logout')}
            </Button>
          </div>
        </div>
      </header>
      <ScanBar />
      <main id="main" ref={main} tabIndex={-1} className="pt-main">
        <ConnectionNotice />
        <Outlet />
      </main>
    </>
  );
}

function NotFound() {
  const m = useMessages();
  return (
    <Notice tone="info" title={m.text('app.not_found')}>
      <p>
        <Link to="/">{m.text('app.to_line')}</Link>
      </p>
    </Notice>
  );
}

function PageFailed({ error }: { error: unknown }) {
  const m = useMessages();
  return (
    <Notice tone="bad" title={m.text('error.page')} role="alert">
      <p>{error instanceof Error ? error.message : String(error)}</p>
      <Button size="md" mt={8} onClick={() => window.location.reload()}>
        {m.text('app.retry')}
      </Button>
    </Notice>
  );
}

const root = createRootRoute({ component: Frame, notFoundComponent: NotFound, errorComponent: PageFailed });
const lineRoute = createRoute({ getParentRoute: () => root, path: '/', component: LinePage });
const verifyRoute = createRoute({
  getParentRoute: () => root,
  path: '/verify',
  validateSearch: (s: Record<string, unknown>): { code?: string } =>
    s['code'] === undefined ? {} : { code: String(s['code']) },
  component: function VerifyRoute() {
    return <VerifyPage code={verifyRoute.useSearch().code ?? ''} />;
  },
});
const contentsRoute = createRoute({
  getParentRoute: () => root,
  path: '/contents',
  validateSearch: (s: Record<string, unknown>): { epc?: string } =>
    s['epc'] === undefined ? {} : { epc: String(s['epc']) },
  component: function ContentsRoute() {
    return <ContentsPage epc={contentsRoute.useSearch().epc ?? ''} />;
  },
});

// The server has one page at /, so the routes live after the #. Search texts stay as they are:
// a code of digits must not become a number.
const router = createRouter({
  routeTree: root.addChildren([lineRoute, verifyRoute, contentsRoute]),
  history: createHashHistory(),
  parseSearch: parseSearchWith((text) => text),
  stringifySearch: stringifySearchWith(String),
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

function Centre({ children }: { children: ReactNode }) {
  return <main className="pt-centre">{children}</main>;
}

/** Asks the server who we are; shows the login page to strangers and the console to users. */
export function SessionGate() {
  const m = useMessages();
  const session = useQuery({
    queryKey: kSessionKey,
    queryFn: ({ signal }) => currentSession(signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
    retry: false,
    refetchInterval: (q) => (q.state.data === undefined ? 2000 : false),
  });
  if (session.data === undefined) {
    return (
      <Centre>
        {session.isError ? (
          <Notice tone="warn" icon="offline" title={m.text('error.unreachable')} role="alert">
            <p>{m.text('error.unreachable_detail')}</p>
          </Notice>
        ) : (
          <div role="status">
            <Loader aria-hidden="true" />
            <span className="pt-sr">{m.text('app.loading')}</span>
          </div>
        )}
      </Centre>
    );
  }
  if (session.data === null) return <LoginPage />;
  return <RouterProvider router={router} />;
}
