// i18n/format.ts - dates, times and numbers, unambiguous in every language.
//
// A date always has its month in letters ("31 Dec 2028"). What is no date is returned as it came.

const kDate = { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' } as const;

function utc(year: number, month: number, day: number): Date | null {
  const d = new Date(Date.UTC(year, month - 1, day));
  d.setUTCFullYear(year);
  const same = d.getUTCFullYear() === year && d.getUTCMonth() === month - 1 && d.getUTCDate() === day;
  return same ? d : null;
}

/** The century of a two-digit year: the one nearest to now (GS1 General Specifications 7.12). */
export function fullYear(yy: number, thisYear: number): number {
  const century = Math.floor(thisYear / 100) * 100;
  const diff = yy - (thisYear % 100);
  if (diff >= 51) return century - 100 + yy;
  if (diff <= -50) return century + 100 + yy;
  return century + yy;
}

/** YYYY-MM-DD, YYYY-MM or YYMMDD (day 00 is the end of the month) for people. */
export function formatDate(text: string, locale: string, thisYear = new Date().getUTCFullYear()): string {
  const month = /^(\d{4})-(\d{2})$/.exec(text);
  if (month !== null) {
    const d = utc(Number(month[1]), Number(month[2]), 1);
    if (d === null) return text;
    return new Intl.DateTimeFormat(locale, { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(d);
  }
  const iso = /^(\d{4})-(\d{2})-(\d{2})(?:T.*)?$/.exec(text);
  const six = /^(\d{2})(\d{2})(\d{2})$/.exec(text);
  let date: Date | null = null;
  if (iso !== null) {
    date = utc(Number(iso[1]), Number(iso[2]), Number(iso[3]));
  } else if (six !== null) {
    const year = fullYear(Number(six[1]), thisYear);
    const [m, day] = [Number(six[2]), Number(six[3])];
    const first = utc(year, m, 1);
    if (day === 0 && first !== null) {
      date = new Date(Date.UTC(year, m, 0));
    } else {
      date = utc(year, m, day);
    }
  }
  return date === null ? text : new Intl.DateTimeFormat(locale, kDate).format(date);
}

/** A point in time with seconds and zone; `timeZone` is the reader's own when left out. */
export function formatTime(text: string, locale: string, timeZone?: string): string {
  const t = new Date(text);
  if (Number.isNaN(t.getTime())) return text;
  return new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
    ...(timeZone === undefined ? {} : { timeZone }),
  }).format(t);
}

/** The time of day of a moment, with seconds. */
export function formatClock(time: Date | number, locale: string, timeZone?: string): string {
  return new Intl.DateTimeFormat(locale, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    ...(timeZone === undefined ? {} : { timeZone }),
  }).format(time);
}

export function formatNumber(n: number, locale: string, digits = 0): string {
  return new Intl.NumberFormat(locale, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(n);
}

/** A share of 0 to 1 in percent; never "100 %" or "0 %" for what is only nearly so. */
export function formatShare(share: number, locale: string, digits = 0): string {
  const clamped = Math.min(1, Math.max(0, share));
  const steps = 100 * 10 ** digits;
  const whole = clamped === 0 || clamped === 1;
  const shown = whole ? clamped : Math.min(steps - 1, Math.max(1, Math.round(clamped * steps))) / steps;
  return new Intl.NumberFormat(locale, {
    style: 'percent',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(shown);
}

/** The first and last characters of a long hexadecimal text. */
export function shortHash(hash: string): string {
  return hash.length > 20 ? `${hash.slice(0, 8)}…${hash.slice(-8)}` : hash;
}
