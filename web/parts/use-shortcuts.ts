import { useEffect, useRef } from 'preact/hooks';
import { useServices } from '../services.ts';
import type { Shortcut } from '../state/shortcuts.ts';

/** Keys for as long as the component is on screen; each press runs what the last drawing said. */
export function useShortcuts(wanted: readonly Shortcut[]): void {
  const { shortcuts } = useServices();
  const latest = useRef(wanted);
  latest.current = wanted;
  const names = wanted.map(({ keys, label }) => `${keys} ${label}`).join('\n');
  useEffect(
    () =>
      shortcuts.add(wanted.map(({ keys, label }, index) => ({ keys, label, run: () => latest.current[index]?.run() }))),
    [shortcuts, names],
  );
}
