import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { judge, verdictOf } from './verdict';

const yaml = readFileSync(new URL('../../../src/api/openapi.yaml', import.meta.url), 'utf8');
const words = /verdict: \{type: string, enum: \[([^\]]+)\]/.exec(yaml)?.[1]?.split(', ') ?? [];

describe('verdictOf', () => {
  it('knows every verdict of the contract', () => {
    expect(words.length).toBeGreaterThan(3);
    for (const w of words) expect(verdictOf(w).title).toBe(`verdict.${w}`);
  });
  it('only genuine is good', () => {
    expect(words.filter((w) => verdictOf(w).tone === 'good')).toEqual(['genuine']);
  });
  it.each(['', 'Genuine', 'recalled', 'constructor', '__proto__'])('%j is never good', (w) => {
    expect(verdictOf(w)).toMatchObject({ tone: 'bad', title: 'verdict.unclear' });
  });
});

describe('judge', () => {
  const full = { verdict: 'genuine', lot_matches: true, expiry_matches: true };
  it('a full match is genuine', () => {
    expect(judge(full)).toEqual(verdictOf('genuine'));
  });
  it('quarantine is told before genuine, but never softens a worse verdict', () => {
    expect(judge({ ...full, quarantined: true })).toEqual(verdictOf('not_for_sale'));
    expect(judge({ verdict: 'unknown', quarantined: true })).toEqual(verdictOf('unknown'));
  });
  it.each([{ lot_matches: null }, { expiry_matches: null }])('with %j only the number is confirmed', (part) => {
    expect(judge({ ...full, ...part })).toMatchObject({ tone: 'good', advice: 'verdict.genuine.partial' });
    expect(judge({ verdict: 'genuine' }).advice).toBe('verdict.genuine.partial');
  });
});
