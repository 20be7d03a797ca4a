// pages/verify.tsx - the answer to a scan: the verdict in words, the pack's facts, its history.

import { Button, Loader } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef, type ReactNode } from 'react';
import { ProblemError, verify, type Verification } from '../api/client';
import { useMessages } from '../i18n/context';
import { formatClock, formatDate } from '../i18n/format';
import { Code } from '../ui/code';
import { Icon, type IconName } from '../ui/icons';
import { ProblemFacts, problemWords } from '../ui/notice';
import { ProofButton } from './proof';
import { useTitle } from './title';
import { EpcLink, TraceCard, useTrace } from './trace';
import { judge, type Tone } from './verdict';

const kToneIcons: Record<Tone, IconName> = { good: 'ok', warn: 'hand', bad: 'cross' };

function Fact({ name, width, children }: { name: string; width?: 'long' | 'full'; children: ReactNode }) {
  return (
    <div className={width && `pt-${width}`}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Whether a field agrees with what was scanned: picture and words. */
function Match({ agrees }: { agrees: boolean | null | undefined }) {
  const m = useMessages();
  if (agrees === undefined) return null;
  const [tone, icon, id] =
    agrees === null
      ? (['plain', 'info', 'pack.not_in_code'] as const)
      : agrees
        ? (['good', 'ok', 'pack.matches'] as const)
        : (['bad', 'cross', 'pack.differs'] as const);
  return (
    <span className={`pt-chip pt-small pt-${tone}`}>
      <Icon name={icon} size={16} />
      {m.text(id)}
    </span>
  );
}

function Facts({ v }: { v: Verification }) {
  const m = useMessages();
  return (
    <dl className="pt-facts">
      {v.product !== undefined && <Fact name={m.text('pack.product')} width="long">{v.product}</Fact>}
      {v.lot !== undefined && (
        <Fact name={m.text('pack.lot')}>
          <span className="pt-mono">{v.lot}</span> <Match agrees={v.lot_matches} />
        </Fact>
      )}
      {v.expiry !== undefined && (
        <Fact name={m.text('pack.expiry')}>
          {formatDate(v.expiry, m.locale)} <Match agrees={v.expiry_matches} />
        </Fact>
      )}
      {v.life !== undefined && (
        <Fact name={m.text('pack.life')}>
          {m.code('life', v.life)}{' '}
          {v.quarantined === true && (
            <span className="pt-chip pt-small pt-warn">
              <Icon name="pause" size={16} />
              {m.text('pack.quarantined')}
            </span>
          )}
        </Fact>
      )}
      {v.disposition !== undefined && v.disposition !== '' && (
        <Fact name={m.text('pack.disposition')}>{m.code('disposition', v.disposition)}</Fact>
      )}
      {v.location !== undefined && v.location !== '' && (
        <Fact name={m.text('pack.location')} width="long">
          <span className="pt-mono">{v.location}</span>
        </Fact>
      )}
      {v.parent !== undefined && (
        <Fact name={m.text('pack.parent')} width="long">
          {v.parent === null || v.parent === '' ? m.text('pack.no_parent') : <EpcLink epc={v.parent} />}
        </Fact>
      )}
      {v.verdict !== 'genuine' && v.reason !== undefined && v.reason !== '' && (
        <Fact name={m.text('pack.reason')} width="long">
          {m.code('reason', v.reason)}
        </Fact>
      )}
      {v.epc !== '' && (
        <Fact name={m.text('pack.epc')} width="long">
          <span className="pt-mono">{v.epc}</span>
        </Fact>
      )}
    </dl>
  );
}

export function VerifyPage({ code }: { code: string }) {
  const m = useMessages();
  const answer = useRef<HTMLDivElement>(null);
  const query = useQuery({
    queryKey: ['verify', code],
    queryFn: ({ signal }) => verify(code, signal),
    enabled: code !== '',
    gcTime: 0,
    retry: false, // The person scans again sooner than a retry would answer.
  });
  const v = query.data;
  const problem = query.error instanceof ProblemError ? query.error.problem : undefined;
  const answeredAt = Math.max(query.dataUpdatedAt, query.errorUpdatedAt);
  const verdict = v === undefined ? undefined : judge(v);
  const history = useTrace(v !== undefined && v.verdict !== 'unknown' ? v.epc : '', code);
  const title = verdict === undefined ? m.text('verify.title') : m.text(verdict.title);
  useTitle(title);
  useEffect(() => {
    // The answer must be in sight, on a phone and at 400 % zoom too.
    const top = answer.current?.getBoundingClientRect().top ?? 0;
    if (answeredAt > 0 && (top < 0 || top > window.innerHeight * 0.4)) answer.current?.scrollIntoView();
  }, [answeredAt]);

  if (code === '') {
    return (
      <section className="pt-card pt-idle">
        <Icon name="scan" size={72} />
        <h1>{m.text('verify.idle')}</h1>
        <p>{m.text('verify.idle_detail')}</p>
      </section>
    );
  }
  return (
    <>
      <section className="pt-result" aria-busy={query.isFetching} aria-label={m.text('verify.result')}>
        <div ref={answer} className="pt-answer" aria-live="assertive" aria-atomic="true">
          {query.isLoading && (
            <div className="pt-verdict pt-info">
              <Loader size={56} aria-hidden="true" />
              <h1>{m.text('verify.working')}</h1>
            </div>
          )}
          {query.isError && (
            <div className="pt-verdict pt-warn" data-verdict="failed">
              <span className="pt-verdict-icon">
                <Icon name={problem === undefined ? 'offline' : 'warn'} size={64} />
              </span>
              <div>
                <h1>{m.text(problem === undefined ? 'error.unreachable' : 'verify.failed')}</h1>
                {problem === undefined ? (
                  <p>{m.text('error.unreachable_once')}</p>
                ) : (
                  problemWords(problem, m).map(([words, lang]) => (
                    <p key={words} lang={lang}>
                      {words}
                    </p>
                  ))
                )}
              </div>
            </div>
          )}
          {verdict !== undefined && v !== undefined && !query.isError && (
            <div className={`pt-verdict pt-${verdict.tone}`} data-verdict={v.verdict}>
              <span className="pt-verdict-icon">
                <Icon name={kToneIcons[verdict.tone]} size={64} />
              </span>
              <div>
                <h1>{m.text(verdict.title)}</h1>
                <p>{m.text(verdict.advice, { word: v.verdict })}</p>
                <p className="pt-checked">
                  {m.text('verify.checked_at', { time: formatClock(answeredAt, m.locale) })}
                </p>
              </div>
            </div>
          )}
        </div>
        <div className="pt-card pt-result-body">
          {v !== undefined && !query.isError && <Facts v={v} />}
          {problem !== undefined && <ProblemFacts problem={problem} />}
          <dl className="pt-facts">
            <Fact name={m.text('verify.code')} width="full">
              <Code raw={code} />
            </Fact>
          </dl>
          {query.isError && (
            <div className="pt-actions">
              <Button size="lg" variant="default" onClick={() => void query.refetch()}>
                {m.text('app.retry')}
              </Button>
            </div>
          )}
          {v !== undefined && !query.isError && v.verdict !== 'unknown' && v.epc !== '' && (
            <div className="pt-actions">
              {typeof v.parent === 'string' && v.parent !== '' && (
                <Link to="/contents" search={{ epc: v.parent }} className="pt-button">
                  <Icon name="boxes" />
                  {m.text('pack.open_contents')}
                </Link>
              )}
              <ProofButton key={v.epc} epc={v.epc} />
            </div>
          )}
        </div>
      </section>
      {v !== undefined && !query.isError && v.verdict !== 'unknown' && (
        <TraceCard query={history} title={m.text('trace.title')} />
      )}
    </>
  );
}
