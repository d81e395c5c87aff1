const WIDTH = 96;
const HEIGHT = 24;
/** A young line fills the width with fewer points. */
const POINTS_FIRST = 15;

/** The recent past of a rate, newest at the right; says nothing that the figure beside it does not. */
export function Sparkline({ values }: { values: readonly number[] }) {
  if (values.length < 2) return <svg class="spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true" />;
  const top = Math.max(...values, 1e-9);
  const step = WIDTH / (Math.max(values.length, POINTS_FIRST) - 1);
  const first = WIDTH - (values.length - 1) * step;
  const points = values.map((value, index) => {
    const x = first + index * step;
    const y = HEIGHT - 2 - (value / top) * (HEIGHT - 4);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  return (
    <svg class="spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <polygon points={`${first.toFixed(1)},${HEIGHT} ${points.join(' ')} ${WIDTH},${HEIGHT}`} />
      <polyline points={points.join(' ')} />
    </svg>
  );
}
