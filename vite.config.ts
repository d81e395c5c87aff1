import preact from '@preact/preset-vite';
import { defineConfig } from 'vite';

/** The console: built into static files that the server hands out. */
export default defineConfig({
  root: 'web',
  base: './',
  plugins: [preact()],
  build: { outDir: '../dist/web', emptyOutDir: true, target: 'es2022' },
});
