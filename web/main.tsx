import { render } from 'preact';
import { computed, effect, untracked } from '@preact/signals';
import { App } from './app.tsx';
import { Access } from './net/access.ts';
import { Api } from './net/api.ts';
import { Link } from './net/link.ts';
import { CheckedText } from './state/checked-text.ts';
import { ServicesContext, type Services } from './services.ts';
import { EXAMPLES } from './sql/examples.ts';
import { isHistory, type PastQuery, QueryHistory } from './state/query-history.ts';
import { followRoute } from './state/route.ts';
import { Shortcuts } from './state/shortcuts.ts';
import { StatusReader } from './state/status.ts';
import { stored } from './state/stored.ts';
import { followTheme } from './state/theme.ts';
import { Workbench } from './state/workbench.ts';

const isText = (value: unknown): value is string => typeof value === 'string';
const isNames = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(isText);

function createServices(): Services {
  const base = document.baseURI;
  const access = new Access(sessionStorage);
  const api = new Api(base, access);
  const link = new Link(() => new WebSocket(socketUrl(base)), access);
  // Requests that cannot be answered only fill the browser's log: the link finds out when the server is back.
  const status = new StatusReader(api, () => link.isOpen && !document.hidden && !access.wanted.peek());
  const text = stored('millrace.sql', EXAMPLES[0]!.sql, isText);
  const history = new QueryHistory(stored<readonly PastQuery[]>('millrace.history', [], isHistory));
  const workbench = new Workbench(new CheckedText(text, api), history, api, () => void status.read());
  const pinned = stored<readonly string[]>('millrace.pinned', [], isNames);
  const shortcuts = new Shortcuts(isWriting);
  return { access, api, link, status, route: followRoute(), workbench, pinned, theme: followTheme(), shortcuts };
}

/** Where plain letters are text, or belong to what lies over the page. An event of the editor's own tree names its host. */
function isWriting(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, select, textarea, dialog, [data-editor]') !== null;
}

function socketUrl(base: string): URL {
  const url = new URL('v1/ws', base);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url;
}

/** Comes back at once when the network or the reader does, and reads the status as soon as it is back. */
function keepConnected({ access, link, status }: Services): void {
  addEventListener('online', () => link.connect());
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) link.connect();
  });
  effect(() => {
    if (link.state.value.kind === 'open') void status.read();
  });
  effect(() => {
    if (!access.wanted.value && link.state.peek().kind === 'unauthorized') link.connect();
  });
  link.connect();
  status.start();
}

/** Checks the text again when another name comes or goes. */
function keepChecked({ status, workbench }: Services): void {
  const names = computed(() => {
    const { views = [], streams = [] } = status.status.value ?? {};
    return [...views, ...streams].map(({ item }) => item.name).join('\n');
  });
  let before = '';
  effect(() => {
    if (before !== '' && before !== names.value) untracked(() => workbench.recheck());
    before = names.value;
  });
}

const services = createServices();
keepConnected(services);
keepChecked(services);
addEventListener('keydown', (event) => services.shortcuts.press(event));
render(
  <ServicesContext.Provider value={services}>
    <App />
  </ServicesContext.Provider>,
  document.getElementById('console')!,
);
