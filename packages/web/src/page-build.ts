/** How Vite builds a page of a system: into dist/page, everything in files of its own, so that the strictest policy lets it in. */

/** To be given to Vite's `defineConfig`. */
export const pageBuild = {
  build: { outDir: 'dist/page', target: 'es2023', assetsInlineLimit: 0, modulePreload: { polyfill: false }, reportCompressedSize: false },
};
