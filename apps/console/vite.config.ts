/** Builds the page into dist/page; its server is built by `tsc -b`. */
import { defineConfig } from 'vite';

export default defineConfig({
  root: `${import.meta.dirname}/page`,
  build: {
    outDir: '../dist/page',
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
