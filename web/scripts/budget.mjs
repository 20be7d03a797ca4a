// npm run budget: fails when the first load (index.html, its scripts, preloads and styles, and
// everything these import statically) is larger than the budget after brotli.
import { readFileSync, readdirSync } from 'node:fs';
import { brotliCompressSync, constants } from 'node:zlib';

const budgetKiB = 250;
const routeKiB = 60;
const dist = new URL('../dist/', import.meta.url);
const brotli = (bytes) =>
  brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  }).length;
const sizeOf = (name) => brotli(readFileSync(new URL(name, dist)));

const first = new Set(['index.html']);
const queue = [];
const html = readFileSync(new URL('index.html', dist), 'utf8');
for (const m of html.matchAll(/(?:src|href)="\/([^"]+)"/g)) queue.push(m[1]);
while (queue.length > 0) {
  const name = queue.pop();
  if (first.has(name)) continue;
  first.add(name);
  if (!name.endsWith('.js')) continue;
  const text = readFileSync(new URL(name, dist), 'utf8');
  for (const m of text.matchAll(/(?:from|import)\s*["']\.\/([^"']+)["']/g)) {
    queue.push(`assets/${m[1]}`);
  }
}

let total = 0;
let failed = false;
const kib = (n) => `${(n / 1024).toFixed(1).padStart(7)} KiB`;
for (const name of [...first].sort()) {
  const size = sizeOf(name);
  total += size;
  console.log(`${kib(size)}  ${name}`);
}
for (const name of readdirSync(new URL('assets/', dist)).sort()) {
  if (name.endsWith('.br') || first.has(`assets/${name}`)) continue;
  const size = sizeOf(`assets/${name}`);
  console.log(`${kib(size)}  assets/${name} (later)`);
  if (size > routeKiB * 1024) {
    console.error(`assets/${name} is above ${routeKiB} KiB`);
    failed = true;
  }
}
console.log(`${kib(total)}  first load, brotli; the budget is ${budgetKiB} KiB`);
if (total > budgetKiB * 1024) failed = true;
process.exit(failed ? 1 : 0);
