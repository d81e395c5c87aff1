import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const options =
  '--ignoreConfig --noCheck --skipLibCheck --target es2023 --module nodenext --types node --rewriteRelativeImportExtensions';

/**
 * Modules and what they import, compiled as they are now, for threads and processes, which cannot run TypeScript. Inside
 * node_modules, so that packages are found.
 */
export class BuiltModules {
  readonly #directory: string;

  /** Paths from the root of the repository, without their ending. */
  constructor(modules: readonly string[]) {
    mkdirSync(`${root}node_modules/.cache`, { recursive: true });
    this.#directory = mkdtempSync(`${root}node_modules/.cache/millrace-built-`);
    const sources = modules.map((path) => `${path}.ts`);
    const paths = ['--rootDir', root, '--outDir', this.#directory];
    const compiler = `${root}node_modules/typescript/bin/tsc`;
    execFileSync(process.execPath, [compiler, ...options.split(' '), ...paths, ...sources], { cwd: root });
  }

  url(module: string): URL {
    return pathToFileURL(`${this.#directory}/${module}.js`);
  }

  remove(): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
