import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { ReadonlySignal, Signal } from '@preact/signals';
import type { Access } from './net/access.ts';
import type { Api } from './net/api.ts';
import type { Link } from './net/link.ts';
import type { Route } from './state/route.ts';
import type { Shortcuts } from './state/shortcuts.ts';
import type { StatusReader } from './state/status.ts';
import type { Theme } from './state/theme.ts';
import type { Workbench } from './state/workbench.ts';

/** What every panel may use; made once, in main.tsx. */
export interface Services {
  readonly access: Access;
  readonly api: Api;
  readonly link: Link;
  readonly status: StatusReader;
  readonly route: ReadonlySignal<Route>;
  readonly workbench: Workbench;
  /** Names of the views to open first. */
  readonly pinned: Signal<readonly string[]>;
  readonly theme: Signal<Theme>;
  readonly shortcuts: Shortcuts;
}

export const ServicesContext = createContext<Services | null>(null);

export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (!services) throw new Error('a panel is drawn outside the console');
  return services;
}
