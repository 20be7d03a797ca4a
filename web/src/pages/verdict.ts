// pages/verdict.ts - what a verdict of the server means for the person who holds the pack.

import type { Verification } from '../api/client';
import type { MessageId } from '../i18n/messages';

/** good: go on. warn: a true pack that must not be handed out. bad: not a true pack. */
export type Tone = 'good' | 'warn' | 'bad';

export interface Verdict {
  tone: Tone;
  title: MessageId;
  advice: MessageId;
}

const kVerdicts: Record<string, Verdict> = {
  genuine: { tone: 'good', title: 'verdict.genuine', advice: 'verdict.genuine.advice' },
  mismatch: { tone: 'bad', title: 'verdict.mismatch', advice: 'verdict.mismatch.advice' },
  unknown: { tone: 'bad', title: 'verdict.unknown', advice: 'verdict.unknown.advice' },
  not_commissioned: {
    tone: 'bad',
    title: 'verdict.not_commissioned',
    advice: 'verdict.not_commissioned.advice',
  },
  not_for_sale: { tone: 'warn', title: 'verdict.not_for_sale', advice: 'verdict.not_for_sale.advice' },
  expired: { tone: 'warn', title: 'verdict.expired', advice: 'verdict.expired.advice' },
};

const kUnclear: Verdict = { tone: 'bad', title: 'verdict.unclear', advice: 'verdict.unclear.advice' };

/** A verdict that this page does not know is never taken for a good one. */
export function verdictOf(word: string): Verdict {
  return Object.hasOwn(kVerdicts, word) ? (kVerdicts[word] ?? kUnclear) : kUnclear;
}

type Answer = Pick<Verification, 'quarantined' | 'lot_matches' | 'expiry_matches'> & { verdict: string };

/** The verdict with what stands beside it: a pack in quarantine is not handed out whatever its
 *  verdict, and a code without lot or expiry confirms the number alone. */
export function judge(v: Answer): Verdict {
  const verdict = verdictOf(v.verdict);
  if (verdict.tone !== 'good') return verdict;
  if (v.quarantined === true) return verdictOf('not_for_sale');
  if (v.lot_matches === true && v.expiry_matches === true) return verdict;
  return { ...verdict, advice: 'verdict.genuine.partial' };
}
