/** Names of windows, in FROM and in GROUP BY. */
export type WindowName = 'TUMBLE' | 'HOP' | 'CUMULATE' | 'SESSION';

const WINDOW_NAMES = new Set(['TUMBLE', 'HOP', 'CUMULATE', 'SESSION']);
const BOUND = /^(TUMBLE|HOP|CUMULATE|SESSION)_(START|END)$/;

export function isWindowName(name: string): name is WindowName {
  return WINDOW_NAMES.has(name);
}

export function isWindowBound(name: string): boolean {
  return BOUND.test(name);
}

/** `TUMBLE_START` is TUMBLE's start. */
export function windowBoundOf(name: string): { readonly window: WindowName; readonly bound: 'start' | 'end' } {
  const [, window = '', bound] = BOUND.exec(name) ?? [];
  return { window: isWindowName(window) ? window : 'TUMBLE', bound: bound === 'START' ? 'start' : 'end' };
}
