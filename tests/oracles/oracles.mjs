// Compares Packtrail's symbols with those of two other programs, both ways:
//
//   Packtrail makes  ->  zxing-wasm reads, Packtrail reads
//   bwip-js makes    ->  zxing-wasm reads, Packtrail reads
//
// by decoded bytes and symbology identifier; never by modules, which may differ between right
// symbols. And what one refuses the other refuses, but for the differences listed below.
//
// usage: node oracles.mjs PROGRAM [ROUNDS] [SEED]      closes with "N passed, N failed"
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import bwipjs from 'bwip-js/node';
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';

const program = path.resolve(process.argv[2]);
const rounds = Number(process.argv[3] ?? 10);
const seed = Number(process.argv[4] ?? 20261120);
const work = mkdtempSync(path.join(tmpdir(), 'packtrail-oracles-'));
const wasm = createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm');
// From the package: without this it would be fetched from the network.
prepareZXingModule({ overrides: { wasmBinary: readFileSync(wasm) } });

// What is known to differ, and why; each is asserted, so that the list cannot grow stale.
const KNOWN = [
  {
    what: 'bwip-js takes no round bracket inside a bracketed value',
    why: 'CSET 82 has round brackets; square ones, which Packtrail reads, are safe',
    text: '[01]09506000134352[21]A(B)C',
    bwip: 'refuses', packtrail: 'makes',
  },
];

let state = seed >>> 0;
function below(n) {  // mulberry32
  state = (state + 0x6d2b79f5) >>> 0;
  let t = state;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) % n;
}
const DIGITS = '0123456789';
const CAPITALS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ' + DIGITS;
// CSET 82 without round brackets (see KNOWN).
const CSET82 = CAPITALS + 'abcdefghijklmnopqrstuvwxyz!"%&\'*+,-./:;<=>?_';
const of = (set, size) => Array.from({ length: size }, () => set[below(set.length)]).join('');
const upTo = (set, most) => of(set, 1 + below(most));
function completed(digits) {
  let sum = 0;
  for (let i = 0; i < digits.length; ++i) sum += digits[digits.length - 1 - i] * (i % 2 ? 1 : 3);
  return digits + ((10 - (sum % 10)) % 10);
}
const two = (n) => String(n).padStart(2, '0');
const day = () => two(20 + below(30)) + two(1 + below(12)) + two(1 + below(28));
const gtin = () => completed(of(DIGITS.slice(0, 9), 1) + '95' + below(2) * 2 + of(DIGITS, 9));
const gln = () => completed('952' + of(DIGITS, 9));

// AIs of predefined length in use here: no separator after them (GenSpecs 7.8.5).
const PREDEFINED = new Set(['00', '01', '02', '11', '13', '15', '16', '17', '3103', '414']);
const raw = (elements) => elements.map(([ai, value], i) =>
  ai + value + (i + 1 < elements.length && !PREDEFINED.has(ai) ? '\x1d' : '')).join('');
const bracketed = (elements, open = '(', close = ')') =>
  elements.map(([ai, value]) => open + ai + close + value).join('');

function elementStrings(set) {
  return [
    () => [['01', gtin()], ['21', upTo(set, 20)], ['17', day()], ['10', upTo(set, 20)]],
    () => [['01', gtin()], ['17', day()], ['10', upTo(set, 20)], ['21', upTo(set, 20)]],
    () => [['01', gtin()], ['10', upTo(set, 20)], ['11', day()]],
    () => [['01', gtin()], ['21', upTo(DIGITS, 20)]],
    () => [['00', completed(of(DIGITS, 17))]],
    () => [['414', gln()], ['254', upTo(set, 20)]],
    () => [['8003', '0' + gln() + upTo(set, 16)]],
    () => [['01', gtin()], ['710', of(DIGITS, 8)], ['21', upTo(set, 12)]],
    () => [['02', gtin()], ['37', upTo(DIGITS.slice(1), 8)], ['00', completed(of(DIGITS, 17))]],
    () => [['01', gtin()], ['3103', of(DIGITS, 6)], ['15', day()], ['10', upTo(set, 8)]],
  ];
}

const KINDS = [
  { kind: 'gs1-datamatrix', bwip: 'gs1datamatrix', id: ']d2', set: CSET82 },
  { kind: 'gs1-datamatrix-rect', bwip: 'gs1datamatrixrectangular', id: ']d2', set: CAPITALS, most: 40 },
  // zxing-wasm says ]d8 for GS1 data in the rectangular extension (ISO/IEC 21471); GS1 knows ]d2
  // alone, and that is what Packtrail answers. bwip-js takes an older rectangle where one will do.
  { kind: 'gs1-dmre', bwip: 'gs1datamatrix', bwipOptions: { format: 'rectangle', dmre: true },
    id: ']d2', zxingIds: [']d8', ']d2'], set: CAPITALS, most: 60 },
  { kind: 'gs1-qr', bwip: 'gs1qrcode', id: ']Q3', set: CSET82 },
  // More may be wider than the 165.1 mm that GS1 allows, which is refused.
  { kind: 'gs1-128', bwip: 'gs1-128', id: ']C1', set: CSET82, most: 27, linear: true },
  { kind: 'itf-14', bwip: 'itf14', id: ']I1', linear: true },
  { kind: 'dl-qr', bwip: 'gs1dlqrcode', id: ']Q1', link: true, set: CAPITALS },
  { kind: 'dl-datamatrix', bwip: 'gs1dldatamatrix', id: ']d1', link: true, set: CAPITALS },
];

// What to put in, and the bytes that must come out.
function sample(kind) {
  if (kind.kind === 'itf-14') {
    const digits = gtin();
    return { text: digits, bwipText: digits, bytes: digits };
  }
  if (kind.link) {
    const link = `https://example.com/01/${gtin()}/10/${upTo(kind.set, 10)}/21/${upTo(kind.set, 16)}?17=${day()}`;
    return { text: link, bwipText: link, bytes: link };
  }
  const templates = elementStrings(kind.set);
  for (;;) {
    const elements = templates[below(templates.length)]();
    const bytes = raw(elements);
    if (bytes.length > (kind.most ?? 100)) continue;
    return { text: bracketed(elements, '[', ']'), bwipText: bracketed(elements), bytes };
  }
}

let passed = 0;
let failed = 0;
function check(name, ok, detail) {
  if (ok) {
    ++passed;
  } else {
    ++failed;
    console.log(`not ok ${name}: ${detail}`);
  }
}
const shown = (text) => JSON.stringify(text);

function make(kind, text, file) {
  const use = kind.kind === 'itf-14' ? ['--use', 'general-distribution'] : [];
  const done = spawnSync(program, ['symbol', 'make', text, '--kind', kind.kind, '--format', 'png',
    ...use, '-o', file], { encoding: 'utf8' });
  return done.status === 0 ? null : done.stderr;
}

async function makeByBwip(kind, text, file) {
  const options = {
    bcid: kind.bwip, text, scale: 4, backgroundcolor: 'FFFFFF', paddingwidth: 40,
    paddingheight: 20, ...(kind.linear ? { height: 30 } : {}), ...kind.bwipOptions,
  };
  try {
    writeFileSync(file, await bwipjs.toBuffer(options));
    return null;
  } catch (error) {
    return String(error.message ?? error);
  }
}

async function readByZxing(file) {
  const found = await readBarcodes(new Uint8Array(readFileSync(file)),
    { tryHarder: true, maxNumberOfSymbols: 2 });
  return found.filter((symbol) => symbol.isValid)
    .map((symbol) => ({ id: symbol.symbologyIdentifier, bytes: Buffer.from(symbol.bytes).toString('latin1') }));
}

// All files by one process; one JSON line each.
function readAll(files) {
  const done = spawnSync(program, ['symbol', 'read', ...files, '--json'],
    { encoding: 'utf8', maxBuffer: 1 << 28 });
  const answers = new Map();
  for (const line of done.stdout.split('\n')) {
    if (line === '') continue;
    const answer = JSON.parse(line);
    const symbol = answer.symbol;
    answers.set(answer.file, symbol && {
      id: symbol.identifier,
      bytes: symbol.data ?? Buffer.from(symbol.data_hex, 'hex').toString('latin1'),
    });
  }
  return answers;
}

const made = [];
for (const kind of KINDS) {
  for (let round = 0; round < rounds; ++round) {
    const one = sample(kind);
    const name = `${kind.kind} ${shown(one.bytes)}`;
    const ours = path.join(work, `${kind.kind}-${round}-packtrail.png`);
    const wrong = make(kind, one.text, ours);
    check(`packtrail makes ${name}`, wrong === null, wrong);
    if (wrong === null) made.push({ name: `packtrail's ${name}`, file: ours, kind, bytes: one.bytes });
    if (!kind.bwip) continue;
    const theirs = path.join(work, `${kind.kind}-${round}-bwip.png`);
    const refused = await makeByBwip(kind, one.bwipText, theirs);
    check(`bwip-js makes ${name}`, refused === null, refused);
    if (refused === null) made.push({ name: `bwip-js's ${name}`, file: theirs, kind, bytes: one.bytes });
  }
}
const answers = readAll(made.map((one) => one.file));
for (const one of made) {
  const expected = shown([one.kind.id, one.bytes]);
  const zxing = await readByZxing(one.file);
  const got = shown(zxing.length === 1 ? [zxing[0].id, zxing[0].bytes] : zxing);
  const ids = one.kind.zxingIds ?? [one.kind.id];
  check(`zxing-wasm reads ${one.name}`,
    ids.some((id) => got === shown([id, one.bytes])), got);
  const own = answers.get(one.file);
  const read = shown(own ? [own.id, own.bytes] : 'nothing');
  check(`packtrail reads ${one.name}`, read === expected, read);
}

// Refused by both: wrong check digit, a serial number alone, a month 13, a character outside
// CSET 82, a value that is too long, an AI that is not assigned, AIs that exclude each other.
const REFUSED = [
  '[01]09506000134353[21]A', '[21]A', '[01]09506000134352[17]271301', '[01]09506000134352[21]A~B',
  '[01]09506000134352[21]' + 'A'.repeat(21), '[01]09506000134352[05]1', '[01]09506000134352[37]5',
  '[00]095201234567891236', '[01]9506000134352',
];
const datamatrix = KINDS[0];
const scratch = path.join(work, 'refused.png');
for (const text of REFUSED) {
  const round = text.replaceAll('[', '(').replaceAll(']', ')');
  check(`bwip-js refuses ${text}`, await makeByBwip(datamatrix, round, scratch) !== null, 'made');
  check(`packtrail refuses ${text}`, make(datamatrix, text, scratch) !== null, 'made');
}
for (const known of KNOWN) {
  const round = known.text.replaceAll('[', '(').replaceAll(']', ')');
  const theirs = await makeByBwip(datamatrix, round, scratch) === null ? 'makes' : 'refuses';
  const ours = make(datamatrix, known.text, scratch) === null ? 'makes' : 'refuses';
  check(`known: ${known.what}`, theirs === known.bwip && ours === known.packtrail,
    `bwip-js ${theirs}, packtrail ${ours}: the list is out of date (${known.why})`);
}
rmSync(work, { recursive: true, force: true });
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
