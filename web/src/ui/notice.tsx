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

/** What the page says about a status of its own accord; the server's words follow. */
function ownWords(problem: Problem, messages: Messages): string | null {
  if (problem.status === 403) return messages.text('error.not_allowed');
  if (problem.status >= 500) return messages.text('error.server');
  return null;
}

/** An error of the API: the server's own words, the field and rule, and what to do. */
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
  const p = error.problem;
  const own = ownWords(p, m);
  const facts: [string, string | undefined][] = [
    [m.text('error.field'), p.field],
    [m.text('error.position'), p.offset?.toString()],
    [m.text('error.rule'), p.rule],
    [m.text('error.remedy'), p.remedy],
  ];
  return (
    <Notice tone="bad" title={title} role="alert">
      {own !== null && <p>{own}</p>}
      <p lang={m.language === 'en' ? undefined : 'en'}>{p.detail ?? p.title}</p>
      <dl className="pt-facts pt-facts-tight" lang={m.language === 'en' ? undefined : 'en'}>
        {facts.map(
          ([name, value]) =>
            value !== undefined &&
            value !== '' && (
              <div key={name}>
                <dt lang={m.language}>{name}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
      </dl>
      {children}
    </Notice>
  );
}
