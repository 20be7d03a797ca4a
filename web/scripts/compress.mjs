// Writes NAME.br beside every built file that gets smaller: the server sends these as they are.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

function compress(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) {
      compress(path);
    } else if (!name.endsWith('.br')) {
      const content = readFileSync(path);
      const small = brotliCompressSync(content, {
        params: { [constants.BROTLI_PARAM_QUALITY]: 11 },
      });
      if (small.length < content.length) writeFileSync(`${path}.br`, small);
    }
  }
}

compress(new URL('../dist', import.meta.url).pathname);
