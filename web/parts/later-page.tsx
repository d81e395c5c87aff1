import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { loadedModule } from '../state/loaded-module.ts';
import { Progress } from './progress.tsx';

/** By then the first page stands. */
const AFTER_MS = 2500;

/** A page that the first screen does not wait for: it comes when it is gone to, or once there is nothing else to do. */
export function laterPage(fetchPage: () => Promise<ComponentType>): ComponentType {
  const page = loadedModule(async () => ({ Panel: await fetchPage() }));
  setTimeout(() => page.load(), AFTER_MS);
  return function LaterPage() {
    useEffect(() => page.load(), []);
    const loaded = page.value.value;
    return loaded ? <loaded.Panel /> : <Progress text="Loading" />;
  };
}
