import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { verdictOf } from './verdict';

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
