import { parse, TYPE } from '@formatjs/icu-messageformat-parser';
import { describe, expect, it } from 'vitest';
import { chooseLanguage, codeKey, humanise, kLanguages, loadCatalog, Messages, type MessageId } from './messages';

type Elements = ReturnType<typeof parse>;

/** The names of the placeholders of a message. */
function names(elements: Elements, out = new Set<string>()): Set<string> {
  for (const e of elements) {
    if (e.type === TYPE.literal || e.type === TYPE.pound) continue;
    if (e.type === TYPE.tag) {
      names(e.children, out);
      continue;
    }
    out.add(e.value);
    if (e.type === TYPE.plural || e.type === TYPE.select) {
      for (const option of Object.values(e.options)) names(option.value, out);
    }
  }
  return out;
}

const english = await loadCatalog('en');
const keys = Object.keys(english).sort() as MessageId[];

describe.each(kLanguages.map((l) => l.code))('catalog %s', (code) => {
  it('has the same keys', async () => {
    expect(Object.keys(await loadCatalog(code)).sort()).toEqual(keys);
  });
  it('is valid ICU with the same placeholders, and no text is empty', async () => {
    const catalog = await loadCatalog(code);
    for (const key of keys) {
      expect(catalog[key].trim(), key).not.toBe('');
      const own = names(parse(catalog[key], { ignoreTag: true }));
      expect([...own].sort(), key).toEqual([...names(parse(english[key], { ignoreTag: true }))].sort());
    }
  });
  it('formats every message', async () => {
    const messages = new Messages(code, await loadCatalog(code));
    for (const key of keys) {
      const values = Object.fromEntries([...names(parse(english[key]))].map((n) => [n, 3]));
      expect(messages.text(key, values), key).not.toMatch(/[{}]/);
    }
  });
});

it('the other languages are translated', async () => {
  // Words that are the same in both languages.
  const same = new Set(['app.name']);
  const [de, hi] = [await loadCatalog('de'), await loadCatalog('hi')];
  for (const key of keys) {
    if (!same.has(key)) expect(hi[key], key).toMatch(/[\u0900-\u097f]|EPC/);
  }
  expect(keys.filter((k) => de[k] === english[k]).length).toBeLessThan(keys.length / 10);
});

it('chooseLanguage', () => {
  expect(chooseLanguage(['fr-FR', 'de-AT', 'en'])).toBe('de');
  expect(chooseLanguage(['hi-IN'])).toBe('hi');
  expect(chooseLanguage(['fr'])).toBe('en');
  expect(chooseLanguage([])).toBe('en');
});

it.each([
  ['in_transit', 'In transit', 'in_transit'],
  ['LabelSampled', 'Label sampled', 'label_sampled'],
  ['urn:epcglobal:cbv:bizstep:commissioning', 'Commissioning', 'commissioning'],
  ['https://ref.gs1.org/cbv/BizStep-packing', 'Packing', 'packing'],
  ['', '', ''],
  ['DEMO-2026-1', 'DEMO-2026-1', 'demo-2026-1'],
  ['ORDER', 'ORDER', 'order'],
  ['Said by: the Server', 'Said by: the Server', 'said_by:_the_server'],
])('humanise(%s)', (word, text, key) => {
  expect(humanise(word)).toBe(text);
  expect(codeKey(word)).toBe(key);
});

it('a code of the server that no catalog knows is shown as words', () => {
  const messages = new Messages('en', english);
  expect(messages.code('life', 'Commissioned')).toBe(english['life.commissioned']);
  expect(messages.code('reason', 'belt_on_fire')).toBe('Belt on fire');
});
