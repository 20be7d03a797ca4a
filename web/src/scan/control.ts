// scan/control.ts - control characters in scanned text: how they are shown, how they come back.
//
// GS1 element strings end variable-length fields with GS (0x1D), which no font draws. People see
// the control pictures of Unicode (U+2400 block) instead; the program always works on the raw text.

export const GS = '\u001d';

/** Every C0 control character and DEL as its visible picture: GS becomes the sign for GS. */
export function toVisible(raw: string): string {
  let out = '';
  for (const c of raw) {
    const code = c.codePointAt(0) ?? 0;
    if (code < 0x20) out += String.fromCodePoint(0x2400 + code);
    else if (code === 0x7f) out += '\u2421';
    else out += c;
  }
  return out;
}

const kNames = [
  'NUL', 'SOH', 'STX', 'ETX', 'EOT', 'ENQ', 'ACK', 'BEL', 'BS', 'HT', 'LF', 'VT', 'FF', 'CR', 'SO', 'SI',
  'DLE', 'DC1', 'DC2', 'DC3', 'DC4', 'NAK', 'SYN', 'ETB', 'CAN', 'EM', 'SUB', 'ESC', 'FS', 'GS', 'RS', 'US',
];

/** The name of a control picture ("GS"), for machines whose fonts lack the picture itself. */
export function controlName(picture: string): string {
  const code = (picture.codePointAt(0) ?? 0) - 0x2400;
  return code === 0x21 ? 'DEL' : (kNames[code] ?? '?');
}

/** True when a visible text holds a control picture. */
export const hasControl = (visible: string): boolean => /[\u2400-\u241f\u2421]/.test(visible);

/** The inverse of toVisible. */
export function toRaw(visible: string): string {
  let out = '';
  for (const c of visible) {
    const code = c.codePointAt(0) ?? 0;
    if (code >= 0x2400 && code < 0x2420) out += String.fromCodePoint(code - 0x2400);
    else if (code === 0x2421) out += '\u007f';
    else out += c;
  }
  return out;
}

/**
 * The text of a scan as the server takes it: pictures become characters, and the substitutes that
 * scanners are set up to send for GS ("{GS}", "^]" and "~", outside web addresses) become GS. None
 * of these occurs in the character set of GS1 element strings, so nothing is guessed. White space
 * at both ends goes.
 */
export function normaliseScan(text: string): string {
  const raw = toRaw(text).replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '');
  if (/^(\][a-z][0-9])?(https?:|urn:)/i.test(raw)) return raw;
  return raw.replaceAll('{GS}', GS).replaceAll('^]', GS).replaceAll('~', GS);
}

/** True for the ways to write an SSCC: a container has contents and a history, but no verdict. */
export function isContainer(code: string): boolean {
  return (
    /^[0-9]{18}$/.test(code) ||
    /^(\][A-Za-z][0-9])?00[0-9]{18}$/.test(code) ||
    /^\(00\)[0-9]{18}$/.test(code) ||
    /^urn:epc:id:sscc:/i.test(code) ||
    /^https?:\/\/[^?#]*\/00\/[0-9]{18}(?:[?#]|$)/i.test(code)
  );
}
