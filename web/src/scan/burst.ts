// scan/burst.ts - tells a barcode scanner that types like a keyboard from a person who types.
//
// A scanner sends its characters within milliseconds of each other and ends with Enter or Tab. GS (0x1D)
// arrives as Ctrl+]. The class sees every key of the page, with its time, and says what each one
// means. It touches no DOM, so the page decides what to do with the answer.

import { GS } from './control';

/** What the class needs of a KeyboardEvent. */
export interface Key {
  key: string;
  code?: string;
  ctrlKey?: boolean;
  altKey?: boolean;
  metaKey?: boolean;
  repeat?: boolean;
  isComposing?: boolean;
}

export type Seen =
  | { kind: 'none' } // Not a character, or the first one: nothing is known yet.
  | { kind: 'burst' } // Part of a scan that runs.
  | { kind: 'scan'; code: string }; // The end of a scan.

/** The longest time between two keys of one scan. */
export const kMaxGapMs = 50;
/** Shorter bursts are a person who hits Enter quickly. */
export const kMinLength = 6;
/** What the server takes at most; a longer burst is cut and so refused by the server by name. */
export const kMaxLength = 513;

const kModifiers = new Set(['Shift', 'Control', 'Alt', 'AltGraph', 'Meta', 'CapsLock', 'NumLock']);

export class ScanBurst {
  #text = '';
  #length = 0;
  #last = Number.NEGATIVE_INFINITY;

  /** True when a key at this time would continue a run of keys. */
  running(timeMs: number): boolean {
    return this.#length > 0 && timeMs - this.#last <= kMaxGapMs;
  }

  reset(): void {
    this.#text = '';
    this.#length = 0;
    this.#last = Number.NEGATIVE_INFINITY;
  }

  press(event: Key, timeMs: number): Seen {
    const running = this.running(timeMs);
    if (kModifiers.has(event.key)) {
      if (running) this.#last = timeMs;
      return { kind: 'none' };
    }
    if (event.key === 'Enter' || event.key === 'Tab') {
      const code = this.#text;
      const scanned = running && this.#length >= kMinLength;
      this.reset();
      return scanned ? { kind: 'scan', code } : { kind: 'none' };
    }
    // A key held down repeats as fast as a scanner types.
    const typed = event.isComposing !== true && event.repeat !== true;
    const character = typed ? this.#character(event, running) : null;
    if (character === null) {
      this.reset();
      return { kind: 'none' };
    }
    if (!running) this.reset();
    if (this.#length < kMaxLength) this.#text += character;
    this.#length += 1;
    this.#last = timeMs;
    return running ? { kind: 'burst' } : { kind: 'none' };
  }

  #character(event: Key, running: boolean): string | null {
    if (event.ctrlKey === true && event.altKey !== true) {
      // On layouts without a plain ], the key at its place counts, but only inside a scan: there
      // the same keys zoom the page for a person.
      const gs = event.key === ']' || event.key === GS || (running && event.code === 'BracketRight');
      return gs ? GS : null;
    }
    if (event.metaKey === true) return null;
    if (event.key === GS) return GS;
    return [...event.key].length === 1 ? event.key : null;
  }
}
