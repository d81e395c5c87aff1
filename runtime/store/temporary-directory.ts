import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where `:memory:` keeps its files: a private directory that goes when it is removed, at the latest with the process. */
export class TemporaryDirectory {
  readonly path = mkdtempSync(join(tmpdir(), 'millrace-'));
  readonly #atExit = (): void => rmSync(this.path, { recursive: true, force: true });

  constructor() {
    process.once('exit', this.#atExit);
  }

  remove(): void {
    process.off('exit', this.#atExit);
    this.#atExit();
  }
}
