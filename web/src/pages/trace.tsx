// pages/trace.tsx - the recorded history of a pack or container as a time line.

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ProblemError, trace, type Trace, type TraceEntry } from '../api/client';
import { useMessages } from '../i18n/context';
import { formatTime } from '../i18n/format';
import { codeKey } from '../i18n/messages';
import { Icon, type IconName } from '../ui/icons';
import { Failure, Notice } from '../ui/notice';

export function useTrace(epc: string, code: string) {
  return useQuery({
    queryKey: ['trace', epc, code],
    queryFn: ({ signal }) => trace(epc, signal),
    enabled: epc !== '',
  });
}

const kStepIcons: Record<string, IconName> = {
  commissioning: 'ok',
  packing: 'box',
  unpacking: 'box',
  loading: 'boxes',
  shipping: 'truck',
  departing: 'truck',
  arriving: 'truck',
  receiving: 'truck',
  inspecting: 'eye',
  sampling: 'eye',
  decommissioning: 'cross',
  destroying: 'cross',
  holding: 'pause',
};

export function EpcLink({ epc }: { epc: string }) {
  return (
    <Link to="/contents" search={{ epc }} className="pt-mono pt-link">
      {epc}
    </Link>
  );
}

function Entry({ entry }: { entry: TraceEntry }) {
  const m = useMessages();
  const step = entry.biz_step !== undefined && entry.biz_step !== '' ? entry.biz_step : null;
  const what = step !== null ? m.code('step', step) : m.code('event', entry.event);
  const removed = entry.action === 'DELETE';
  const facts: [string, string | undefined][] = [
    // A step of a number before there is a pack has a life state in this place.
    entry.event === 'NumbersMoved'
      ? [m.text('pack.life'), entry.disposition && m.code('life', entry.disposition)]
      : [m.text('pack.disposition'), entry.disposition && m.code('disposition', entry.disposition)],
    [m.text('trace.where'), [entry.read_point, entry.biz_location].filter((x, i, a) => x && a.indexOf(x) === i).join(' · ')],
    [m.text('trace.actor'), entry.actor],
    [m.text('pack.reason'), entry.reason && m.code('reason', entry.reason)],
    ...(entry.references ?? []).map((r): [string, string] => [m.code('ref', r.type), r.id]),
    [
      m.text('trace.recorded'),
      `${formatTime(entry.record_time, m.locale)} · ${m.text('trace.position', { position: entry.position })}`,
    ],
  ];
  return (
    <li className={entry.inherited ? 'pt-inherited' : ''}>
      <span className="pt-step">
        <Icon name={(step !== null ? kStepIcons[codeKey(step)] : undefined) ?? 'dot'} size={22} />
      </span>
      <div className="pt-step-body">
        <div className="pt-step-head">
          <h3>{what}</h3>
          <time dateTime={entry.event_time}>{formatTime(entry.event_time, m.locale)}</time>
        </div>
        {entry.parent !== undefined && entry.parent !== '' && (
          <p>
            {m.text(removed ? 'trace.from' : 'trace.into')} <EpcLink epc={entry.parent} />
          </p>
        )}
        {entry.inherited && (
          <p className="pt-dim">
            <Icon name="boxes" size={18} /> {m.text('trace.inherited')}
            {entry.via !== undefined && entry.via !== '' && (
              <>
                {': '}
                <EpcLink epc={entry.via} />
              </>
            )}
          </p>
        )}
        <dl className="pt-facts pt-facts-tight">
          {facts.map(
            ([name, value], i) =>
              value !== undefined &&
              value !== '' && (
                <div key={i}>
                  <dt>{name}</dt>
                  <dd>{value}</dd>
                </div>
              ),
          )}
        </dl>
      </div>
    </li>
  );
}

export function TraceCard({ query, title }: { query: ReturnType<typeof useTrace>; title: string }) {
  const m = useMessages();
  const data: Trace | undefined = query.data;
  const missing = query.error instanceof ProblemError && query.error.problem.status === 404;
  return (
    <section className="pt-card" aria-labelledby="trace-title" aria-busy={query.isFetching}>
      <h2 id="trace-title">{title}</h2>
      {query.isLoading && <p role="status">{m.text('app.loading')}</p>}
      {missing && <Notice tone="info" title={m.text('trace.none')} />}
      {query.isError && !missing && <Failure error={query.error} title={m.text('trace.failed')} />}
      {data !== undefined && !query.isError && data.entries.length === 0 && (
        <Notice tone="info" title={m.text('trace.none')} />
      )}
      {data !== undefined && !query.isError && data.entries.length > 0 && (
        <>
          <p className="pt-dim">{m.text('trace.count', { n: data.entries.length })}</p>
          <ol className="pt-timeline">
            {data.entries.map((e) => (
              <Entry key={`${e.position}.${e.event}.${e.via ?? ''}`} entry={e} />
            ))}
          </ol>
        </>
      )}
    </section>
  );
}
