import type { ComponentType } from 'preact';
import type { Route } from '../state/route.ts';
import { HomePanel } from './home-panel.tsx';
import { SqlPanel } from './sql-panel.tsx';
import { ViewPanel } from './view-panel.tsx';

export interface Page {
  readonly page: Route['page'];
  readonly panel: ComponentType;
  /** Its entry in the bar; null: reached from elsewhere only. */
  readonly title: string | null;
}

/** The pages of the console, in the order of the bar. A new one is added here. */
export const pages: readonly Page[] = [
  { page: 'home', panel: HomePanel, title: 'Overview' },
  { page: 'sql', panel: SqlPanel, title: 'SQL' },
  { page: 'view', panel: ViewPanel, title: null },
];
