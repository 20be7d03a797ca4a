import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// The API that the development server passes on to: a Packtrail server on this machine.
const api = process.env['PACKTRAIL_URL'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  base: '/',
  plugins: [react()],
  build: {
    outDir: 'dist',
    target: 'es2023',
    assetsInlineLimit: 0, // The content security policy allows no data: addresses.
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700, // KiB before compression; `npm run budget` is the judge.
    license: { fileName: 'licenses.md' }, // The notices that the shipped packages ask for.
  },
  server: { host: '127.0.0.1', proxy: { '/api': api, '/01': api, '/epcis': api } },
});
