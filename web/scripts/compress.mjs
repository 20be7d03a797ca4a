// After the build: a .br file beside every text file of dist/ that brotli makes smaller. The server
// sends it to browsers that take it. Same input, same bytes.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { brotliCompressSync, constants } from 'node:zlib';

const dist = new URL('../dist/', import.meta.url);
for (const name of readdirSync(dist, { recursive: true })) {
  if (!/\.(js|css|html|svg)$/.test(name)) continue;
  const bytes = readFileSync(new URL(name, dist));
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  const small = brotliCompressSync(bytes, { params });
  if (small.length < bytes.length) writeFileSync(new URL(`${name}.br`, dist), small);
}
