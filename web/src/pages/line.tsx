// pages/line.tsx - the first page: what the lines do now, packs by state, the ledger.

import { Progress } from '@mantine/core';
import { useEffect, useRef, useState, type CSSProperties } from 'react';
import type { LineCounters, Live } from '../api/client';
import { useMessages } from '../i18n/context';
import { formatNumber, formatShare, shortHash } from '../i18n/format';
import { useLive } from '../live';
import { Icon, type IconName } from '../ui/icons';
import { Notice } from '../ui/notice';
import { Bar } from './bar';
import { useTitle } from './title';

const kStateIcons: Record<LineCounters['state'], IconName> = {
  waiting: 'clock',
  running: 'play',
  held: 'pause',
  completed: 'ok',
  closed: 'lock',
  failed: 'cross',
};
const kStateTones: Record<LineCounters['state'], string> = {
  waiting: 'info',
  running: 'good',
  held: 'warn',
  completed: 'good',
  closed: 'info',
  failed: 'bad',
};

function Figure({ name, value, kind, icon }: { name: string; value: string; kind?: string; icon?: IconName }) {
  return (
    <div className={`pt-figure ${kind ?? ''}`} style={{ '--chars': value.length } as CSSProperties}>
      <dt>
        {icon !== undefined && <Icon name={icon} size={22} />}
        <span>{name}</span>
      </dt>
      <dd>{value}</dd>
    </div>
  );
}

function Rejects({ line }: { line: LineCounters }) {
  const m = useMessages();
  const rejects = [...(line.rejects ?? [])].filter((r) => r.count > 0).sort((a, b) => b.count - a.count);
  const most = Math.max(1, ...rejects.map((r) => r.count));
  return (
    <section className="pt-rejects">
      <h3>{m.text('line.rejects')}</h3>
      {rejects.length === 0 ? (
        <p className="pt-dim">{m.text('line.no_rejects')}</p>
      ) : (
        <ul className="pt-bars">
          {rejects.map((r) => (
            <li key={r.reason}>
              <span className="pt-bar-name">{m.code('reason', r.reason)}</span>
              <span className="pt-bar-value">{formatNumber(r.count, m.locale)}</span>
              <Bar share={r.count / most} tone="bad" />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function LineCard({ line, demo, lost }: { line: LineCounters; demo: boolean; lost: boolean }) {
  const m = useMessages();
  const n = (v: number) => formatNumber(v, m.locale);
  const done = line.good + line.sampled;
  const quantity = line.quantity ?? 0;
  const share = quantity > 0 ? Math.min(1, done / quantity) : 0;
  const words = m.text('line.progress_of', { done, quantity });
  return (
    <section className={`pt-card pt-line ${lost ? 'pt-old' : ''}`} aria-label={m.text('line.title', { line: line.line })}>
      <div className="pt-line-head">
        <h2>{m.text('line.title', { line: line.line })}</h2>
        <span className={`pt-chip pt-${kStateTones[line.state]}`}>
          <Icon name={kStateIcons[line.state]} size={20} />
          {m.code('order', line.state)}
        </span>
        {demo && <span className="pt-chip pt-plain">{m.text('line.demo')}</span>}
      </div>
      <p className="pt-line-what">
        {line.product !== undefined && <strong>{line.product}</strong>}
        {line.lot !== undefined && <span>{m.text('line.lot', { lot: line.lot })}</span>}
        <span>{m.text('line.order', { order: line.order_id })}</span>
      </p>
      {quantity > 0 && (
        <div className="pt-progress">
          <div className="pt-progress-words">
            <span>{words}</span>
            <strong>{formatShare(share, m.locale)}</strong>
          </div>
          <Progress.Root size={18} radius="xl">
            <Progress.Section
              value={share * 100}
              aria-label={m.text('line.progress')}
              aria-valuetext={words}
            />
          </Progress.Root>
        </div>
      )}
      <div className="pt-line-body">
        <dl className="pt-figures" aria-label={m.text('line.figures')}>
          <Figure kind="pt-hero" icon="ok" name={m.text('line.good')} value={n(line.good)} />
          <Figure kind="pt-big" icon="clock" name={m.text('line.rate')} value={n(Math.round(line.packs_per_minute))} />
          <Figure kind="pt-big pt-figure-bad" icon="cross" name={m.text('line.rejected')} value={n(line.rejected)} />
          <Figure name={m.text('line.seen')} value={n(line.seen)} />
          <Figure name={m.text('line.sampled')} value={n(line.sampled)} />
          <Figure name={m.text('line.quarantined')} value={n(line.quarantined)} />
          <Figure name={m.text('line.cases')} value={n(line.cases)} />
          <Figure name={m.text('line.pallets')} value={n(line.pallets)} />
        </dl>
        <Rejects line={line} />
      </div>
    </section>
  );
}

function PacksByState({ live }: { live: Live }) {
  const m = useMessages();
  const rows = live.packs_by_state;
  const total = rows.reduce((sum, r) => sum + r.count, 0);
  return (
    <section className="pt-card">
      <h2 id="packs-title">{m.text('packs.title')}</h2>
      {rows.length === 0 ? (
        <p className="pt-dim">{m.text('packs.none')}</p>
      ) : (
        <table className="pt-table" aria-labelledby="packs-title">
          <thead>
            <tr>
              <th scope="col">{m.text('packs.state')}</th>
              <th scope="col" className="pt-num">
                {m.text('packs.count')}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((r) => (
              <tr key={r.state}>
                <th scope="row">
                  {m.code('life', r.state)}
                  <Bar share={total === 0 ? 0 : r.count / total} tone="plain" />
                </th>
                <td className="pt-num">
                  {formatNumber(r.count, m.locale)}{' '}
                  <span className="pt-share">{formatShare(total === 0 ? 0 : r.count / total, m.locale, 1)}</span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Ledger({ live }: { live: Live }) {
  const m = useMessages();
  return (
    <section className="pt-card pt-ledger">
      <h2>{m.text('ledger.title')}</h2>
      <dl className="pt-figures pt-ledger-figures">
        <Figure name={m.text('ledger.size')} value={formatNumber(live.ledger_size, m.locale)} kind="pt-big" />
        <div className="pt-figure">
          <dt>{m.text('ledger.root')}</dt>
          <dd className="pt-mono" title={live.head_root}>
            {shortHash(live.head_root)}
          </dd>
        </div>
      </dl>
      <p className="pt-dim">{m.text('ledger.note')}</p>
      {live.accepting === false && <Notice tone="warn" title={m.text('link.not_accepting')} />}
    </section>
  );
}

/** Tells a screen reader when a line starts, stops or fails; the running figures stay silent. */
function LineNews({ lines }: { lines: LineCounters[] }) {
  const m = useMessages();
  const known = useRef(new Map<string, string>());
  const [news, setNews] = useState('');
  useEffect(() => {
    const changed: string[] = [];
    for (const l of lines) {
      const before = known.current.get(l.line);
      known.current.set(l.line, l.state);
      if (before !== undefined && before !== l.state) {
        changed.push(m.text('line.changed', { line: l.line, state: m.code('order', l.state) }));
      }
    }
    if (changed.length > 0) setNews(changed.join('. '));
  }, [lines, m]);
  return (
    <p className="pt-sr" role="status">
      {news}
    </p>
  );
}

export function LinePage() {
  const m = useMessages();
  const { data, lost } = useLive();
  useTitle(m.text('nav.line'));
  return (
    <>
      <h1 className="pt-sr">{m.text('nav.line')}</h1>
      {data === undefined ? (
        !lost && <p role="status">{m.text('app.loading')}</p>
      ) : (
        <>
          <LineNews lines={data.lines} />
          {data.lines.length === 0 && (
            <Notice tone="info" title={m.text('line.none')}>
              <p>{m.text('line.none_detail')}</p>
            </Notice>
          )}
          {data.lines.map((l) => (
            <LineCard key={l.line} line={l} demo={data.demo === true} lost={lost} />
          ))}
          <div className={`pt-pair ${lost ? 'pt-old' : ''}`}>
            <PacksByState live={data} />
            <Ledger live={data} />
          </div>
        </>
      )}
    </>
  );
}
