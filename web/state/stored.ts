import { effect, type Signal, signal } from '@preact/signals';

/** A setting that outlives the page. A browser may forbid to keep it: then it lives as long as the page. */
export function stored<T>(name: string, initial: T, isValid: (value: unknown) => value is T): Signal<T> {
  const setting = signal(read(name, initial, isValid));
  effect(() => {
    const text = JSON.stringify(setting.value);
    try {
      localStorage.setItem(name, text);
    } catch {
      // Nothing is lost but the memory of it.
    }
  });
  return setting;
}

function read<T>(name: string, initial: T, isValid: (value: unknown) => value is T): T {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(name) ?? 'null');
    return isValid(value) ? value : initial;
  } catch {
    return initial;
  }
}
