// i18n/messages.ts - text from ICU message catalogs, one JSON file per language.
//
// English is in the first load and is what a missing key falls back to; the other languages are
// fetched when chosen. A test holds the catalogs to the same keys and the same placeholders.

import { IntlMessageFormat } from 'intl-messageformat';
import en from './en.json';

export type MessageId = keyof typeof en;
export type Catalog = Record<MessageId, string>;
export type Values = Record<string, string | number>;

/** Language code, the locale that formats dates and numbers, and the language's own name. */
export const kLanguages = [
  { code: 'en', locale: 'en-GB', name: 'English' },
  { code: 'de', locale: 'de-DE', name: 'Deutsch' },
  { code: 'hi', locale: 'hi-IN', name: 'हिन्दी' },
] as const;
export type LanguageCode = (typeof kLanguages)[number]['code'];

const loaders: Record<LanguageCode, () => Promise<Catalog>> = {
  en: () => Promise.resolve(en),
  de: () => import('./de.json').then((m) => m.default),
  hi: () => import('./hi.json').then((m) => m.default),
};
export const loadCatalog = (code: LanguageCode): Promise<Catalog> => loaders[code]();

export const localeOf = (code: LanguageCode): string =>
  kLanguages.find((l) => l.code === code)?.locale ?? 'en-GB';

/** The first language that we speak among those wanted, else English. */
export function chooseLanguage(wanted: readonly string[]): LanguageCode {
  for (const w of wanted) {
    const found = kLanguages.find((l) => l.code === w.toLowerCase().split('-')[0]);
    if (found !== undefined) return found.code;
  }
  return 'en';
}

/**
 * A code word as words: "in_transit", "InTransit" and "urn:...:in_transit" become "In transit". What
 * is no code word (an order number, a sentence) stays as it is.
 */
export function humanise(word: string): string {
  const last = /^(urn:|https?:)/.test(word) ? (word.split(/[:/#]/).pop() ?? word) : word;
  const code = last.replace(/^(BizStep|Disp|BTT|SDT)-/, '');
  if (!/^[A-Za-z]+(_[A-Za-z]+)*$/.test(code) || (code.length > 1 && code === code.toUpperCase())) return word;
  const words = code
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The catalogs' form of a code of the server: its last word, in snake case. */
export function codeKey(word: string): string {
  return humanise(word).toLowerCase().replaceAll(' ', '_');
}

export class Messages {
  readonly locale: string;
  #formats = new Map<MessageId, IntlMessageFormat>();

  constructor(
    readonly language: LanguageCode,
    private readonly catalog: Catalog,
  ) {
    this.locale = localeOf(language);
  }

  text(id: MessageId, values?: Values): string {
    let format = this.#formats.get(id);
    if (format === undefined) {
      format = new IntlMessageFormat(this.catalog[id] ?? en[id], this.locale, undefined, {
        ignoreTag: true,
      });
      this.#formats.set(id, format);
    }
    return String(format.format(values));
  }

  /** The text for a code of the server in a group of messages ("life", "reason", ...); a code that
   *  no catalog knows is shown as words, never hidden. */
  code(group: 'life' | 'reason' | 'step' | 'disposition' | 'order' | 'event' | 'ref', word: string): string {
    const id = `${group}.${codeKey(word)}`;
    return id in en ? this.text(id as MessageId) : humanise(word);
  }
}
