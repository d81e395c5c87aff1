import { useLayoutEffect, useRef } from 'preact/hooks';

const POINTS = 34;
const WIDTH = 480;
const HEIGHT = 100;
const STEP = WIDTH / (POINTS - 2);

interface SlidingAreaProps {
  /** The recent past, oldest first: one more each second. */
  readonly values: readonly number[];
}

/** The recent past of a rate as an area that glides to the left all the time: each new value comes in from the right. */
export function SlidingArea({ values }: SlidingAreaProps) {
  const drawing = useRef<SVGSVGElement>(null);
  useLayoutEffect(() => {
    const share = 100 / (POINTS - 1);
    if (values.length < 2 || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    drawing.current?.animate([{ transform: 'none' }, { transform: `translateX(-${share}%)` }], {
      duration: 1000,
      fill: 'forwards',
    });
  }, [values]);
  const shown = values.slice(-POINTS);
  const top = Math.max(...shown, 1e-9) * 1.15;
  const points = shown.map((value, at): readonly [number, number] => [
    (at + POINTS - shown.length) * STEP,
    HEIGHT - (value / top) * (HEIGHT - 4),
  ]);
  const line = smoothPath(points);
  return (
    <div class="sliding" aria-hidden="true">
      <svg ref={drawing} viewBox={`0 0 ${WIDTH + STEP} ${HEIGHT}`} preserveAspectRatio="none">
        {line !== '' && <path class="area" d={`${line}V${HEIGHT}H${points[0]![0].toFixed(1)}Z`} />}
        <path class="line" d={line} />
      </svg>
    </div>
  );
}

/** Curves that are level at each point: no value is drawn that is beyond its neighbours. */
function smoothPath(points: readonly (readonly [number, number])[]): string {
  return points
    .map(([x, y], at) => {
      if (at === 0) return `M${x.toFixed(1)} ${y.toFixed(1)}`;
      const [beforeX, beforeY] = points[at - 1]!;
      const middle = ((beforeX + x) / 2).toFixed(1);
      return `C${middle} ${beforeY.toFixed(1)} ${middle} ${y.toFixed(1)} ${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join('');
}
