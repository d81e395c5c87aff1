import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * Express brings a reader of bodies along, with tables of every encoding: a fifth of what a start reads. Bodies are read
 * by server/request-body.ts.
 */
const withoutBodyParser: Plugin = {
  name: 'without-body-parser',
  enforce: 'pre',
  resolveId: (id) => (id === 'body-parser' ? '\0body-parser' : null),
  load: (id) => (id === '\0body-parser' ? 'export default {};' : null),
};

/** What begins a thread: it runs its file as bin/compiled.js says. */
const threads: Plugin = {
  name: 'threads',
  generateBundle(_, bundle) {
    for (const part of Object.values(bundle)) {
      if (part.type !== 'chunk' || !part.isEntry) continue;
      const source = `require('../../bin/compiled.js').load(require.resolve('./${part.fileName}'));\n`;
      this.emitFile({ type: 'asset', fileName: part.fileName.replace(/\.cjs$/, '.js'), source });
    }
    this.emitFile({ type: 'asset', fileName: 'package.json', source: '{ "type": "commonjs" }\n' });
  },
};

/**
 * The program as few files: its threads, each with what it needs, from what tsc built. A start reads a handful of
 * files instead of hundreds. Native code stays outside, and so does what is loaded late and by its own thread.
 */
export default defineConfig({
  publicDir: false,
  plugins: [withoutBodyParser, threads],
  ssr: { noExternal: true, external: ['better-sqlite3', 'node-sql-parser', 'pino'] },
  build: {
    ssr: true,
    target: 'node20',
    outDir: source('dist/program'),
    emptyOutDir: true,
    minify: false,
    rollupOptions: {
      input: {
        main: source('dist/server/main.js'),
        'engine-worker': source('dist/runtime/engine/engine-worker.js'),
        'store-worker': source('dist/runtime/store/store-worker.js'),
        'read-ahead-worker': source('dist/runtime/connectors/read-ahead-worker.js'),
        'try-worker': source('dist/server/try/try-worker.js'),
        'planner-worker': source('dist/planner/planner-worker.js'),
      },
      output: {
        format: 'cjs',
        dynamicImportInCjs: false,
        entryFileNames: '[name].cjs',
        chunkFileNames: '[name]-[hash].cjs',
        // Every start reads all of it: without comments and blanks that takes half as long. Names stay, for stacks.
        minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
      },
    },
  },
});
