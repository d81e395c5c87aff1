import type { RefObject } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { LiveRow } from '../state/live-row.ts';

/** Must be the height of `.grid tr` in tables.css. */
const ROW_PX = 27;
const HEAD_PX = 30;
/** Rows drawn beyond what is in sight, so that a quick hand does not see white. */
const SPARE = 8;

export interface SeenRows {
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly onScroll: () => void;
  /** Rows to draw. */
  readonly from: number;
  readonly to: number;
  /** Height of all rows, and of those above the drawn ones, in pixels. */
  readonly height: number;
  readonly above: number;
}

/**
 * Which of many rows are in sight. While it does not follow, the row at the top edge stays where it is, however many
 * come above it. Scrolling to the top follows, scrolling away from it does not.
 */
export function useWindow(
  rows: readonly LiveRow[],
  following: boolean,
  onFollow: (following: boolean) => void,
): SeenRows {
  const scroller = useRef<HTMLDivElement>(null);
  /** Where it is scrolled to, as far as is known; drawn again by `redraw`. */
  const top = useRef(0);
  const [, redraw] = useState(0);
  const [tall, setTall] = useState(600);
  const anchor = useRef<{ readonly id: number; readonly index: number } | null>(null);
  const moved = following ? 0 : movedBy(rows, anchor.current);
  const wanted = following
    ? 0
    : clamp(top.current + moved * ROW_PX, 0, Math.max(0, HEAD_PX + rows.length * ROW_PX - tall));
  const first = Math.min(rows.length, Math.floor(wanted / ROW_PX));
  top.current = wanted;
  anchor.current = rows[first] ? { id: rows[first].id, index: first } : null;

  useLayoutEffect(() => {
    const place = scroller.current!;
    if (Math.abs(place.scrollTop - wanted) > 1) place.scrollTop = wanted;
  }, [wanted]);
  useLayoutEffect(() => {
    const place = scroller.current!;
    const observer = new ResizeObserver(() => setTall(place.clientHeight));
    observer.observe(place);
    return () => observer.disconnect();
  }, []);

  const onScroll = (): void => {
    const place = scroller.current!;
    const isOwn = Math.abs(place.scrollTop - top.current) <= 1;
    if (isOwn) return;
    top.current = place.scrollTop;
    anchor.current = null;
    redraw(top.current);
    if (following !== place.scrollTop <= 1) onFollow(place.scrollTop <= 1);
  };
  const from = Math.max(0, first - SPARE);
  const to = Math.min(rows.length, first + Math.ceil(tall / ROW_PX) + SPARE);
  return { scroller, onScroll, from, to, height: HEAD_PX + rows.length * ROW_PX, above: from * ROW_PX };
}

/** By how many rows the row at the top edge went down. */
function movedBy(rows: readonly LiveRow[], anchor: { readonly id: number; readonly index: number } | null): number {
  if (anchor === null || rows[anchor.index]?.id === anchor.id) return 0;
  const index = rows.findIndex(({ id }) => id === anchor.id);
  return index < 0 ? 0 : index - anchor.index;
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}
