import { useRef } from 'preact/hooks';
import { figureText } from '../state/format.ts';
import { MiniLines } from './mini-lines.tsx';

const HISTORY = 120;

/** One figure, large, over its recent past as this page saw it. */
export function FigureChart({ value, name, seq }: { value: number | null; name: string; seq: number | null }) {
  const seen = useRef<{ seq: number | null; values: readonly number[] }>({ seq: null, values: [] });
  if (value !== null && seen.current.seq !== seq) {
    seen.current = { seq, values: [...seen.current.values, value].slice(-HISTORY) };
  }
  return (
    <figure class="figure-chart">
      <figcaption>{name}</figcaption>
      <strong>{figureText(value)}</strong>
      <MiniLines lines={[{ name, values: seen.current.values }]} />
    </figure>
  );
}
