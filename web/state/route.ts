import { type ReadonlySignal, signal } from '@preact/signals';

/** Where in the console one is; kept in the fragment of the URL. */
export type Route =
  | { readonly page: 'home' }
  | { readonly page: 'sql' }
  | { readonly page: 'view'; readonly name: string };

export function parseRoute(hash: string): Route {
  const [, page, name] = hash.split('/');
  if (page === 'sql') return { page };
  const decoded = name === undefined ? null : decode(name);
  return page === 'view' && decoded ? { page, name: decoded } : { page: 'home' };
}

export function hrefOf(route: Route): string {
  switch (route.page) {
    case 'home':
      return '#/';
    case 'sql':
      return '#/sql';
    case 'view':
      return `#/view/${encodeURIComponent(route.name)}`;
  }
}

/** Follows the address of the page. */
export function followRoute(): ReadonlySignal<Route> {
  const route = signal(parseRoute(location.hash));
  addEventListener('hashchange', () => (route.value = parseRoute(location.hash)));
  return route;
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
