import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const options =
  '--ignoreConfig --noCheck --skipLibCheck --target es2023 --module nodenext --types node --rewriteRelativeImportExtensions';

/** The store compiled as it is now, for threads and processes, which cannot run TypeScript. Inside node_modules, so that packages are found. */
export class BuiltStore {
  readonly #directory: string;

  constructor() {
    mkdirSync(`${root}node_modules/.cache`, { recursive: true });
    this.#directory = mkdtempSync(`${root}node_modules/.cache/millrace-store-`);
    const sources = ['store-worker', 'worker-store'].map((name) => `runtime/store/${name}.ts`);
    const paths = ['--rootDir', root, '--outDir', this.#directory];
    const compiler = `${root}node_modules/typescript/bin/tsc`;
    execFileSync(process.execPath, [compiler, ...options.split(' '), ...paths, ...sources], { cwd: root });
  }

  get worker(): URL {
    return this.url('store-worker');
  }

  /** A compiled file of runtime/store. */
  url(name: string): URL {
    return pathToFileURL(`${this.#directory}/runtime/store/${name}.js`);
  }

  remove(): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
