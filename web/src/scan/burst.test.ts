import { describe, expect, it } from 'vitest';
import { ScanBurst, kMaxGapMs, kMaxLength, kMinLength, type Key } from './burst';
import { GS } from './control';

const keysOf = (text: string): Key[] =>
  [...text].map((c) =>
    c === GS ? { key: ']', code: 'BracketRight', ctrlKey: true } : { key: c },
  );

function type(burst: ScanBurst, keys: Key[], gap: number, start = 1000) {
  let t = start;
  return keys.map((k) => {
    const seen = burst.press(k, t);
    t += gap;
    return seen;
  });
}

const kEnter: Key = { key: 'Enter' };
const kCode = `]d201095211010000121728123110LOT7${GS}21ABC`;

describe('ScanBurst', () => {
  it('reads a burst ended by Enter, with Ctrl+] as GS', () => {
    const seen = type(new ScanBurst(), [...keysOf(kCode), kEnter], 8);
    expect(seen.at(-1)).toEqual({ kind: 'scan', code: kCode });
    expect(seen[0]).toEqual({ kind: 'none' });
    expect(seen.slice(1, -1).every((s) => s.kind === 'burst')).toBe(true);
  });
  it('takes Tab as the end too', () => {
    const seen = type(new ScanBurst(), [...keysOf('0123456789'), { key: 'Tab' }], 5);
    expect(seen.at(-1)).toEqual({ kind: 'scan', code: '0123456789' });
  });
  it.each([
    [kMaxGapMs - 1, 'scan'],
    [kMaxGapMs, 'scan'],
    [kMaxGapMs + 1, 'none'],
  ])('with %i ms between keys the end is %s', (gap, kind) => {
    expect(type(new ScanBurst(), [...keysOf('01234567'), kEnter], gap).at(-1)?.kind).toBe(kind);
  });
  it.each([
    [kMinLength - 1, 'none'],
    [kMinLength, 'scan'],
  ])('%i characters end as %s', (length, kind) => {
    const keys = [...keysOf('7'.repeat(length)), kEnter];
    expect(type(new ScanBurst(), keys, 5).at(-1)?.kind).toBe(kind);
  });
  it('keeps one character more than the limit, so that the server refuses', () => {
    const keys = [...keysOf('7'.repeat(kMaxLength + 40)), kEnter];
    const last = type(new ScanBurst(), keys, 1).at(-1);
    expect(last?.kind === 'scan' && last.code.length).toBe(kMaxLength);
  });
  it('a pause starts anew: what was typed by hand before is not part of the scan', () => {
    const burst = new ScanBurst();
    type(burst, keysOf('abc'), 300, 0);
    expect(type(burst, [...keysOf('0123456789'), kEnter], 5, 5000).at(-1)).toEqual({
      kind: 'scan',
      code: '0123456789',
    });
  });
  it('modifier keys neither end nor fill a scan', () => {
    const keys = [...keysOf('012345'), { key: 'Shift' }, { key: 'A' }, { key: 'Control' }];
    const all = [...keys, ...keysOf(`${GS}21Z`), kEnter];
    expect(type(new ScanBurst(), all, 20).at(-1)).toEqual({ kind: 'scan', code: `012345A${GS}21Z` });
  });
  it('on other layouts the place of ] is GS inside a scan only', () => {
    const plus: Key = { key: '+', code: 'BracketRight', ctrlKey: true };
    expect(type(new ScanBurst(), [...keysOf('012345'), plus, kEnter], 5).at(-1)).toEqual({
      kind: 'scan',
      code: `012345${GS}`,
    });
    const burst = new ScanBurst();
    expect(burst.press(plus, 0)).toEqual({ kind: 'none' });
    expect(burst.running(1)).toBe(false);
  });
  it('AltGr+9 of a German keyboard stays a bracket', () => {
    const bracket: Key = { key: ']', ctrlKey: true, altKey: true };
    const last = type(new ScanBurst(), [bracket, ...keysOf('d20123'), kEnter], 5).at(-1);
    expect(last).toEqual({ kind: 'scan', code: ']d20123' });
  });
  it('shortcuts and arrow keys break a run', () => {
    for (const k of [{ key: 'ArrowLeft' }, { key: 'c', ctrlKey: true }, { key: 'v', metaKey: true }]) {
      const last = type(new ScanBurst(), [...keysOf('0123456'), k, kEnter], 5).at(-1);
      expect(last?.kind).toBe('none');
    }
  });
  it('a key held down is no scan', () => {
    const held = Array.from({ length: 20 }, (_, i) => ({ key: 'a', repeat: i > 0 }));
    expect(type(new ScanBurst(), [...held, kEnter], 30).at(-1)).toEqual({ kind: 'none' });
  });
  it('Enter alone is a person', () => {
    expect(new ScanBurst().press(kEnter, 10)).toEqual({ kind: 'none' });
  });
});
