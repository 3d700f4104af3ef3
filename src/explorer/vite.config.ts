import { defineConfig } from 'vite';

/** Run at the root of the repository: `vite build --config src/explorer/vite.config.ts`. */
export default defineConfig({
  root: 'src/explorer',
  base: '/explorer/',
  build: {
    outDir: '../../dist/explorer',
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    license: { fileName: 'licenses.md' },
    // Monaco is one chunk, which only a signed-in browser loads.
    chunkSizeWarningLimit: 3_000,
    rolldownOptions: {
      // Directives for React's server mode, of which there is none here.
      checks: { moduleLevelDirective: false },
      // By itself, the page before signing in would share a chunk with half of the editor.
      output: { codeSplitting: { groups: [{ name: 'react', test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/ }] } },
    },
  },
});
