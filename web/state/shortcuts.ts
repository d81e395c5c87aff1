import { computed, type ReadonlySignal, signal } from '@preact/signals';

/** How long the second key of `g w` may take. */
const SEQUENCE_MS = 1200;

export interface Shortcut {
  /** `?`, `g w` (one after the other), `mod+k` (Ctrl, on a Mac Command), `mod+shift+enter`. */
  readonly keys: string;
  readonly label: string;
  readonly run: () => void;
}

/** What of a KeyboardEvent decides. */
export type KeyPress = Pick<
  KeyboardEvent,
  'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey' | 'target' | 'timeStamp' | 'defaultPrevented' | 'preventDefault'
>;

/** The keys that do something now. Plain letters rest while somebody writes text or a dialog is open. */
export class Shortcuts {
  readonly #lists = signal<readonly (readonly Shortcut[])[]>([]);
  readonly #isBusy: (target: EventTarget | null) => boolean;
  readonly all: ReadonlySignal<readonly Shortcut[]> = computed(() => this.#lists.value.flat());
  #first = '';
  #firstAt = 0;

  constructor(isBusy: (target: EventTarget | null) => boolean) {
    this.#isBusy = isBusy;
  }

  /** Answers how to take them back. */
  add(shortcuts: readonly Shortcut[]): () => void {
    this.#lists.value = [...this.#lists.peek(), shortcuts];
    return () => (this.#lists.value = this.#lists.peek().filter((each) => each !== shortcuts));
  }

  press(event: KeyPress): void {
    if (event.defaultPrevented) return;
    const stroke = strokeOf(event);
    if (!stroke.startsWith('mod+') && this.#isBusy(event.target)) return;
    const sequence = event.timeStamp - this.#firstAt < SEQUENCE_MS ? `${this.#first} ${stroke}` : '';
    const found = this.#find(sequence) ?? this.#find(stroke);
    this.#first = found ? '' : stroke;
    this.#firstAt = event.timeStamp;
    if (!found) return;
    event.preventDefault();
    found.run();
  }

  /** The one added last wins: it belongs to what is in front. */
  #find(keys: string): Shortcut | undefined {
    return this.all.peek().findLast((each) => each.keys === keys);
  }
}

function strokeOf({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyPress): string {
  const isSign = key.length === 1 && !/[a-z0-9]/i.test(key);
  const parts = [(ctrlKey || metaKey) && 'mod', altKey && 'alt', shiftKey && !isSign && 'shift', key.toLowerCase()];
  return parts.filter(Boolean).join('+');
}

/** `mod+k` as it is on the keys: `Ctrl K`, on a Mac `⌘ K`. */
export function keyNames(keys: string, isMac: boolean): readonly string[] {
  const names: Readonly<Record<string, string>> = {
    mod: isMac ? '⌘' : 'Ctrl',
    shift: isMac ? '⇧' : 'Shift',
    alt: isMac ? '⌥' : 'Alt',
    enter: '↵',
    escape: 'Esc',
  };
  return keys.split(/[ +]/).map((key) => names[key] ?? (key.length === 1 ? key.toUpperCase() : key));
}
