import { type ReadonlySignal, signal } from '@preact/signals';

const STORED_AS = 'millrace.token';

/** The token of a locked server: asked for when the server refuses, kept as long as the tab lives. */
export class Access {
  readonly #storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  readonly #wanted = signal(false);
  #token: string | null;

  constructor(storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>) {
    this.#storage = storage;
    this.#token = storage.getItem(STORED_AS);
  }

  get token(): string | null {
    return this.#token;
  }

  /** True from a refusal until the next token is given. */
  get wanted(): ReadonlySignal<boolean> {
    return this.#wanted;
  }

  give(token: string): void {
    this.#token = token;
    this.#storage.setItem(STORED_AS, token);
    this.#wanted.value = false;
  }

  /** The server did not accept `token`; a later one may have been given since. */
  refused(token: string | null): void {
    if (token !== this.#token) return;
    this.#token = null;
    this.#storage.removeItem(STORED_AS);
    this.#wanted.value = true;
  }
}
