// api/client.ts - the one door to the server: typed calls, errors as Problem or Unreachable.
//
// The session is an HttpOnly cookie that this code never sees. A 401 on any call but the login
// means that the session is over: the listener set by onSessionLost hears it.

import createClient from 'openapi-fetch';
import type { components, paths } from './schema';

export type Schemas = components['schemas'];
export type Problem = Schemas['Problem'];
export type Session = Schemas['Session'];
export type Live = Schemas['Live'];
export type LineCounters = Schemas['LineCounters'];
export type Verification = Schemas['Verification'];
export type Trace = Schemas['Trace'];
export type TraceEntry = Schemas['TraceEntry'];
export type Contents = Schemas['Contents'];
export type ContentsNode = Schemas['ContentsNode'];

/** The server answered and said no (RFC 9457). */
export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.title);
    this.name = 'ProblemError';
  }
}

/** No answer, or none in time. */
export class Unreachable extends Error {
  constructor(cause: unknown) {
    super('The server does not answer', { cause });
    this.name = 'Unreachable';
  }
}

const kTimeoutMs = 5000;
/** Figures older than this are called old: the live call gives up. */
const kLiveTimeoutMs = 3000;

const client = createClient<paths>({ baseUrl: '', credentials: 'same-origin' });

let sessionLost: () => void = () => undefined;
export function onSessionLost(listener: () => void): void {
  sessionLost = listener;
}

/** The problem in an error body; when the body is not one, the status alone. */
export function toProblem(body: unknown, status: number): Problem {
  if (typeof body === 'object' && body !== null && 'title' in body) {
    const p = body as Partial<Problem>;
    if (typeof p.title === 'string') return { ...p, type: p.type ?? 'about:blank', title: p.title, status };
  }
  return { type: 'about:blank', title: `HTTP ${status}`, status };
}

interface Answer {
  data?: unknown;
  error?: unknown;
  response: Response;
}

async function take<A extends Answer>(call: Promise<A>, login = false): Promise<NonNullable<A['data']>> {
  let answer: A;
  try {
    answer = await call;
  } catch (cause) {
    throw new Unreachable(cause);
  }
  const { data, error, response } = answer;
  if (!response.ok) {
    if (response.status === 401 && !login) sessionLost();
    throw new ProblemError(toProblem(error, response.status));
  }
  return data as NonNullable<A['data']>;
}

const within = (signal?: AbortSignal, ms = kTimeoutMs): AbortSignal =>
  signal === undefined ? AbortSignal.timeout(ms) : AbortSignal.any([signal, AbortSignal.timeout(ms)]);

/** The session, or null for a stranger. */
export async function currentSession(signal?: AbortSignal): Promise<Session | null> {
  try {
    return await take(client.GET('/api/v1/sessions/current', { signal: within(signal) }), true);
  } catch (e) {
    if (e instanceof ProblemError && e.problem.status === 401) return null;
    throw e;
  }
}

/** Logs in. The token of the answer is dropped: the cookie carries the session. */
export async function openSession(user: string, password: string): Promise<Session> {
  const { user: name, roles, expires_at } = await take(
    client.POST('/api/v1/sessions', { body: { user, password }, signal: within(undefined, 15000) }),
    true,
  );
  return { user: name, roles, ...(expires_at === undefined ? {} : { expires_at }) };
}

export async function closeSession(): Promise<void> {
  await take(client.DELETE('/api/v1/sessions/current', { signal: within() }), true).catch((e) => {
    if (!(e instanceof ProblemError && e.problem.status === 401)) throw e;
  });
}

export const live = (signal?: AbortSignal): Promise<Live> =>
  take(client.GET('/api/v1/live', { signal: within(signal, kLiveTimeoutMs) }));

export const verify = (code: string, signal?: AbortSignal): Promise<Verification> =>
  take(client.POST('/api/v1/verify', { body: { code }, signal: within(signal) }));

export const trace = (epc: string, signal?: AbortSignal): Promise<Trace> =>
  take(client.GET('/api/v1/trace', { params: { query: { epc } }, signal: within(signal) }));

export const contents = (epc: string, signal?: AbortSignal): Promise<Contents> =>
  take(client.GET('/api/v1/contents', { params: { query: { epc } }, signal: within(signal, 15000) }));

/** The proof, byte for byte as the server sent it. */
export async function proof(epc: string): Promise<Blob> {
  return (await take(
    client.GET('/api/v1/proof', {
      params: { query: { epc } },
      parseAs: 'blob',
      signal: within(undefined, 30000),
    }),
  )) as unknown as Blob;
}
