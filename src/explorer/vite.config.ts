import { defineConfig } from 'vite';

/** Run at the root of the repository: `vite build --config src/explorer/vite.config.ts`. */
export default defineConfig({
  root: 'src/explorer',
  base: '/explorer/',
  build: {
    outDir: '../../dist/explorer',
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    // The editor is one large chunk that only a signed-in browser loads.
    chunkSizeWarningLimit: 5_000,
    license: { fileName: 'licenses.md' },
  },
});
