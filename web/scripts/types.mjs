// npm run types: writes src/api/schema.d.ts. With --check it only compares (exit 1 when stale).
import { readFile, writeFile } from 'node:fs/promises';
import { generate, target } from './generate.mjs';

const text = await generate();
if (process.argv.includes('--check')) {
  const committed = await readFile(target, 'utf8');
  if (committed !== text) {
    console.error('src/api/schema.d.ts is older than the OpenAPI file: run `npm run types`.');
    process.exit(1);
  }
} else {
  await writeFile(target, text);
}
