// ui/notice.tsx - a message with tone: picture, words and colour together, never colour alone.

import type { ReactNode } from 'react';
import { ProblemError, type Problem } from '../api/client';
import { useMessages } from '../i18n/context';
import type { Messages } from '../i18n/messages';
import { Icon, type IconName } from './icons';

export type NoticeTone = 'good' | 'warn' | 'bad' | 'info';
const kIcons: Record<NoticeTone, IconName> = { good: 'ok', warn: 'warn', bad: 'cross', info: 'info' };

interface Props {
  tone: NoticeTone;
  title: string;
  icon?: IconName;
  role?: 'alert' | 'status';
  children?: ReactNode;
}

export function Notice({ tone, title, icon, role, children }: Props) {
  return (
    <div className={`pt-notice pt-${tone}`} role={role}>
      <Icon name={icon ?? kIcons[tone]} size={28} />
      <div className="pt-notice-body">
        <p className="pt-notice-title">{title}</p>
        {children}
      </div>
    </div>
  );
}

/** A problem in words, each with its language: our own about the status, then the server's. */
export function problemWords(problem: Problem, m: Messages): [words: string, lang: string | undefined][] {
  const english = m.language === 'en' ? undefined : 'en';
  const words: [string, string | undefined][] = [];
  if (problem.status === 403) words.push([m.text('error.not_allowed'), undefined]);
  if (problem.status >= 500) words.push([m.text('error.server'), undefined]);
  words.push([problem.detail ?? problem.title, english]);
  if (problem.remedy !== undefined && problem.remedy !== '') words.push([problem.remedy, english]);
  return words;
}

/** Where exactly the server saw the problem: field, position, rule. */
export function ProblemFacts({ problem }: { problem: Problem }) {
  const m = useMessages();
  const facts: [string, string | undefined][] = [
    [m.text('error.field'), problem.field],
    [m.text('error.position'), problem.offset === undefined ? undefined : String(problem.offset + 1)],
    [m.text('error.rule'), problem.rule],
  ];
  const known = facts.filter(([, value]) => value !== undefined && value !== '');
  if (known.length === 0) return null;
  return (
    <dl className="pt-facts pt-facts-tight">
      {known.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd lang={m.language === 'en' ? undefined : 'en'}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** An error of the API: the server's own words, what to do, the field and rule. */
export function Failure({ error, title, children }: { error: unknown; title: string; children?: ReactNode }) {
  const m = useMessages();
  if (!(error instanceof ProblemError)) {
    return (
      <Notice tone="warn" icon="offline" title={m.text('error.unreachable')} role="alert">
        <p>{m.text('error.unreachable_once')}</p>
        {children}
      </Notice>
    );
  }
  return (
    <Notice tone="bad" title={title} role="alert">
      {problemWords(error.problem, m).map(([words, lang]) => (
        <p key={words} lang={lang}>
          {words}
        </p>
      ))}
      <ProblemFacts problem={error.problem} />
      {children}
    </Notice>
  );
}
