// pages/contents.tsx - what is inside a case or pallet, as nested lists that open and close.
//
// Nested lists with buttons (aria-expanded) work with every screen reader and key set; a level
// draws at most kPageSize entries until more are asked for, so that a full pallet stays quick.

import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useId, useState } from 'react';
import { contents, ProblemError, type ContentsNode } from '../api/client';
import { useMessages } from '../i18n/context';
import { isContainer } from '../scan/control';
import { Icon } from '../ui/icons';
import { Failure, Notice } from '../ui/notice';
import { ProofButton } from './proof';
import { useTitle } from './title';
import { TraceCard, useTrace } from './trace';

const kPageSize = 50;

function Children({ nodes, id, open }: { nodes: ContentsNode[]; id: string; open: boolean }) {
  const m = useMessages();
  const [shown, setShown] = useState(kPageSize);
  const rest = nodes.length - shown;
  return (
    <ul id={id} className="pt-tree" hidden={!open}>
      {open && nodes.slice(0, shown).map((n) => <Node key={n.epc} node={n} />)}
      {open && rest > 0 && (
        <li>
          <Button variant="default" size="md" onClick={() => setShown((s) => s + kPageSize)}>
            {m.text('contents.more', { n: Math.min(rest, kPageSize) })}
          </Button>
        </li>
      )}
    </ul>
  );
}

function Node({ node, start = false }: { node: ContentsNode; start?: boolean }) {
  const m = useMessages();
  const id = useId();
  const [open, setOpen] = useState(start);
  const life = node.life !== undefined && node.life !== '' ? m.code('life', node.life) : null;
  if (node.children.length === 0) {
    return (
      <li className="pt-leaf">
        <Icon name="box" size={20} />
        {isContainer(node.epc) ? (
          <Link to="/contents" search={{ epc: node.epc }} className="pt-mono pt-link">
            {node.epc}
          </Link>
        ) : (
          <Link to="/verify" search={{ code: node.epc }} className="pt-mono pt-link">
            {node.epc}
          </Link>
        )}
        {life !== null && <span className="pt-dim">{life}</span>}
      </li>
    );
  }
  return (
    <li>
      <button
        type="button"
        className="pt-branch"
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen((o) => !o)}
      >
        <Icon name="right" size={20} className={open ? 'pt-turned' : ''} />
        <Icon name="boxes" size={22} />
        <span className="pt-mono">{node.epc}</span>
        <span className="pt-chip pt-small pt-plain">{m.text('contents.objects', { n: node.children.length })}</span>
        {life !== null && <span className="pt-dim">{life}</span>}
      </button>
      <Children nodes={node.children} id={id} open={open} />
    </li>
  );
}

export function ContentsPage({ epc }: { epc: string }) {
  const m = useMessages();
  useTitle(m.text('contents.title'));
  const query = useQuery({
    queryKey: ['contents', epc],
    queryFn: ({ signal }) => contents(epc, signal),
    enabled: epc !== '',
  });
  const history = useTrace(epc, epc);
  const missing = query.error instanceof ProblemError && query.error.problem.status === 404;
  if (epc === '') {
    return (
      <section className="pt-card pt-idle">
        <Icon name="boxes" size={72} />
        <h1>{m.text('contents.title')}</h1>
        <p>{m.text('contents.no_code')}</p>
      </section>
    );
  }
  const data = query.data;
  return (
    <>
      <section className="pt-card" aria-busy={query.isFetching}>
        <h1>{m.text('contents.title')}</h1>
        <p className="pt-mono pt-epc">{data?.root.epc ?? epc}</p>
        <div aria-live="polite">
          {query.isLoading && <p>{m.text('app.loading')}</p>}
          {missing && <Notice tone="bad" title={m.text('verify.container_unknown')} />}
          {query.isError && !missing && <Failure error={query.error} title={m.text('contents.failed')} />}
          {data !== undefined && !query.isError && (
            <p className="pt-total">{m.text('contents.objects', { n: data.objects })}</p>
          )}
        </div>
        {data !== undefined && !query.isError && (
          <>
            {data.truncated === true && <Notice tone="warn" title={m.text('contents.truncated')} />}
            <ul className="pt-tree pt-tree-root" aria-label={m.text('contents.tree')}>
              <Node key={data.root.epc} node={data.root} start />
            </ul>
            <div className="pt-actions">
              <ProofButton key={data.root.epc} epc={data.root.epc} />
            </div>
          </>
        )}
      </section>
      {data !== undefined && !query.isError && <TraceCard query={history} title={m.text('contents.history')} />}
    </>
  );
}
