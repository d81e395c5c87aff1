import { type ReadonlySignal, signal } from '@preact/signals';

const AGAIN_MS = 3000;

export interface LoadedModule<T> {
  /** Null until it is there. */
  readonly value: ReadonlySignal<T | null>;
  /** Begins to load it, if nobody has. */
  load(): void;
}

/** A part of the console that is fetched when somebody needs it, and again when the server was away just then. */
export function loadedModule<T>(fetchModule: () => Promise<T>): LoadedModule<T> {
  const value = signal<T | null>(null);
  let loading = false;
  const load = (): void => {
    if (loading || value.peek() !== null) return;
    loading = true;
    fetchModule().then(
      (module) => (value.value = module),
      () => {
        loading = false;
        setTimeout(load, AGAIN_MS);
      },
    );
  };
  return { value, load };
}
