/** Builds the page into dist/page; its server is built by `tsc -b`. */
import { defineConfig } from 'vite';

export default defineConfig({
  build: { outDir: 'dist/page', target: 'es2023', assetsInlineLimit: 0, modulePreload: { polyfill: false }, reportCompressedSize: false },
});
