import type { ComponentType } from 'preact';
import type { IconName } from '../parts/icon.tsx';
import { laterPage } from '../parts/later-page.tsx';
import { HomePanel } from './home-panel.tsx';
import { SqlPanel } from './sql-panel.tsx';

export interface Page {
  /** The first word of its address: `#/view/...`. */
  readonly page: string;
  readonly panel: ComponentType;
  readonly title: string;
  /** Its entry in the navigation; null: reached from elsewhere only. */
  readonly entry: PageEntry | null;
}

export interface PageEntry {
  readonly icon: IconName;
  /** The key after `g` that leads there. */
  readonly key: string;
}

const ViewPanel = laterPage(async () => (await import('./view-panel.tsx')).ViewPanel);
const StreamPanel = laterPage(async () => (await import('./stream-panel.tsx')).StreamPanel);

/** The pages of the console, in the order of the navigation. A new one is added here. */
export const pages: readonly Page[] = [
  { page: 'home', panel: HomePanel, title: 'Overview', entry: { icon: 'overview', key: 'o' } },
  { page: 'sql', panel: SqlPanel, title: 'Workbench', entry: { icon: 'workbench', key: 'w' } },
  { page: 'view', panel: ViewPanel, title: 'View', entry: null },
  { page: 'stream', panel: StreamPanel, title: 'Stream', entry: null },
];
