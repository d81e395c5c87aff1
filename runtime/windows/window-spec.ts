/**
 * A window over event time: half-open [start, end), starts at k * slide + offset, all in ms, UTC.
 * TUMBLE is HOP with slide = size.
 */
export type WindowSpec =
  | { readonly kind: 'tumble'; readonly size: number; readonly offset: number }
  | { readonly kind: 'hop'; readonly size: number; readonly slide: number; readonly offset: number };

export function slideOf(window: WindowSpec): number {
  return window.kind === 'hop' ? window.slide : window.size;
}
