import { type ReadonlySignal, signal } from '@preact/signals';

/** Where in the console one is; kept in the fragment of the URL: `#/view/clicks_per_item`. */
export interface Route {
  /** Which page of the registry. */
  readonly page: string;
  /** What it shows, where it shows one of several things: the name of a view, the text of a statement. */
  readonly name?: string;
}

export function parseRoute(hash: string): Route {
  const [, page = '', name = ''] = hash.split('/');
  const decoded = decode(name);
  return { page: page === '' ? 'home' : page, ...(decoded !== '' && { name: decoded }) };
}

export function hrefOf({ page, name }: Route): string {
  const first = page === 'home' ? '#/' : `#/${page}`;
  return name === undefined ? first : `${first}/${encodeURIComponent(name)}`;
}

/** Goes there as a link would. */
export function goTo(route: Route): void {
  location.hash = hrefOf(route);
}

/** Follows the address of the page. */
export function followRoute(): ReadonlySignal<Route> {
  const route = signal(parseRoute(location.hash));
  addEventListener('hashchange', () => (route.value = parseRoute(location.hash)));
  return route;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
