import { describe, expect, it } from 'vitest';
import { controlName, GS, hasControl, isContainer, normaliseScan, toRaw, toVisible } from './control';

describe('control characters', () => {
  it('GS is shown as its picture', () => {
    expect(toVisible(`10AB${GS}21Z`)).toBe('10AB␝21Z');
  });
  it('every control character has a picture and comes back', () => {
    const all = Array.from({ length: 128 }, (_, i) => String.fromCharCode(i)).join('');
    // eslint-disable-next-line no-control-regex
    expect(toVisible(all)).not.toMatch(/[\u0000-\u001f\u007f]/);
    expect(toRaw(toVisible(all))).toBe(all);
  });
  it('pictures have names', () => {
    expect([GS, '\u0000', '\u001f', '\u007f'].map((c) => controlName(toVisible(c)))).toEqual([
      'GS', 'NUL', 'US', 'DEL',
    ]);
    expect(hasControl(toVisible(`a${GS}`))).toBe(true);
    expect(hasControl('a b')).toBe(false);
  });
  it('other text is untouched', () => {
    expect(toVisible('दवा (01) ü 😀')).toBe('दवा (01) ü 😀');
    expect(toRaw('दवा (01) ü 😀')).toBe('दवा (01) ü 😀');
  });
});

describe('normaliseScan', () => {
  it.each(['10AB{GS}21Z', '10AB^]21Z', '10AB~21Z', '10AB␝21Z', ` 10AB${GS}21Z\r\n`])(
    'reads %j',
    (text) => expect(normaliseScan(text)).toBe(`10AB${GS}21Z`),
  );
  it('keeps a leading or trailing GS: the server judges it', () => {
    expect(normaliseScan(`${GS}10AB${GS}`)).toBe(`${GS}10AB${GS}`);
  });
  it('does not touch web addresses and URNs', () => {
    expect(normaliseScan('https://id.example/01/1?10=a~b')).toBe('https://id.example/01/1?10=a~b');
    expect(normaliseScan(']Q3HTTPS://id.example/01/1?10=a~b')).toContain('a~b');
    expect(normaliseScan('urn:epc:id:sgtin:1.2.a~b')).toBe('urn:epc:id:sgtin:1.2.a~b');
  });
  it('keeps <GS>, which is lawful text of a field', () => {
    expect(normaliseScan('10AB<GS>21Z')).toBe('10AB<GS>21Z');
  });
});

describe('isContainer', () => {
  it.each([
    '095211010000000018',
    '00095211010000000018',
    ']C100095211010000000018',
    '(00)095211010000000018',
    'urn:epc:id:sscc:9521101.0000000001',
    'https://id.example/00/095211010000000018',
  ])('%s is a container', (code) => expect(isContainer(code)).toBe(true));
  it.each([
    '0109521101000012',
    '(01)09521101000012(21)1',
    'https://id.example/01/09521101000012/21/00',
    '09521101000000001',
    'urn:epc:id:sgtin:9521101.000001.1',
  ])('%s is not', (code) => expect(isContainer(code)).toBe(false));
});
