import { useEffect, useRef, useState } from 'preact/hooks';
import { useServices } from '../services.ts';
import type { Lines } from '../state/chart-data.ts';
import { Legend } from './legend.tsx';
import { Progress } from './progress.tsx';
import type { TimePlot } from './time-plot.ts';

/** Lines over time, with what they come to at the pointer or at the end. */
export function TimeChart({ lines, label }: { lines: Lines; label: string }) {
  const host = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState<number | null>(null);
  const plot = usePlot(host, setPlace);
  useEffect(() => plot?.update(lines), [plot, lines]);
  const at = place ?? lines.times.length - 1;
  return (
    <figure class="time-chart">
      <Legend lines={lines} at={at} />
      <div ref={host} class="plot" role="img" aria-label={`${label}: ${lines.lines.length} lines over time`}>
        {!plot && <Progress text="Loading the chart" />}
      </div>
    </figure>
  );
}

/** Loads what draws, and draws anew when light becomes dark. */
function usePlot(host: { readonly current: HTMLDivElement | null }, onPlace: (at: number | null) => void) {
  const { theme } = useServices();
  const [plot, setPlot] = useState<TimePlot | null>(null);
  useEffect(() => {
    let opened: TimePlot | null = null;
    let isGone = false;
    const open = async (): Promise<void> => {
      const { TimePlot } = await import('./time-plot.ts');
      if (isGone || !host.current) return;
      opened = new TimePlot(host.current, onPlace);
      setPlot(opened);
    };
    void open();
    return () => {
      isGone = true;
      opened?.destroy();
    };
  }, []);
  useEffect(() => {
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    const recolour = (): void => plot?.recolour();
    recolour();
    scheme.addEventListener('change', recolour);
    return () => scheme.removeEventListener('change', recolour);
  }, [plot, theme.value]);
  return plot;
}
