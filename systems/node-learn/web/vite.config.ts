/** Builds the page into dist/page; its server is built by `tsc -b`. */
import { pageBuild } from '@banyan/web/page-build';
import { defineConfig } from 'vite';

export default defineConfig(pageBuild);
