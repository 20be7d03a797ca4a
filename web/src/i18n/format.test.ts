import { describe, expect, it } from 'vitest';
import { formatClock, formatDate, formatNumber, formatShare, formatTime, fullYear, shortHash } from './format';

describe('formatDate', () => {
  it.each([
    ['2028-12-31', 'en-GB', '31 Dec 2028'],
    ['281231', 'en-GB', '31 Dec 2028'],
    ['281200', 'en-GB', '31 Dec 2028'],
    ['280200', 'en-GB', '29 Feb 2028'],
    ['2028-12-31T00:00:00Z', 'en-GB', '31 Dec 2028'],
    ['2028-12-31', 'de-DE', '31. Dez. 2028'],
    ['2028-12-31', 'hi-IN', '31 दिस॰ 2028'],
    ['2028-12', 'en-GB', 'December 2028'],
  ])('%s in %s', (text, locale, out) => expect(formatDate(text, locale, 2026)).toBe(out));
  it.each(['2027-02-29', '271331', '270230', '270001', '2027-13', 'soon', ''])('%j stays', (text) => {
    expect(formatDate(text, 'en-GB', 2026)).toBe(text);
  });
});

it.each([
  [26, 2026, 2026],
  [76, 2026, 2076],
  [77, 2026, 1977],
  [0, 2051, 2100],
  [1, 2051, 2101],
  [2, 2051, 2002],
])('fullYear(%i) in %i', (yy, now, year) => expect(fullYear(yy, now)).toBe(year));

it('formatTime names the zone', () => {
  expect(formatTime('2026-11-20T08:05:09Z', 'en-GB', 'UTC')).toBe('20 Nov 2026, 08:05:09 UTC');
  expect(formatTime('yesterday', 'en-GB')).toBe('yesterday');
});
it('formatClock shows midnight as 00', () => {
  expect(formatClock(new Date('2026-11-20T00:00:00Z'), 'en-GB', 'UTC')).toBe('00:00:00');
});
it('numbers are grouped as the country does', () => {
  expect(formatNumber(1234567, 'en-GB')).toBe('1,234,567');
  expect(formatNumber(1234567, 'de-DE')).toBe('1.234.567');
  expect(formatNumber(1234567, 'hi-IN')).toBe('12,34,567');
});
it('a share is never rounded to whole or nothing', () => {
  expect([0, 0.001, 0.5, 0.9999, 1, 1.2].map((s) => formatShare(s, 'en-GB'))).toEqual([
    '0%', '1%', '50%', '99%', '100%', '100%',
  ]);
  expect([0.0001, 0.008, 0.3125, 0.99999].map((s) => formatShare(s, 'en-GB', 1))).toEqual([
    '0.1%', '0.8%', '31.3%', '99.9%',
  ]);
});
it('shortHash', () => {
  expect(shortHash('0123456789abcdef'.repeat(4))).toBe('01234567…89abcdef');
  expect(shortHash('abc')).toBe('abc');
});
