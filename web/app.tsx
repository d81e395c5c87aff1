import { useEffect, useRef, useState } from 'preact/hooks';
import { pages } from './panels/index.ts';
import { CommandPalette } from './parts/command-palette.tsx';
import { KeysDialog } from './parts/keys-dialog.tsx';
import { LinkBanner } from './parts/link-banner.tsx';
import { Rail } from './parts/rail.tsx';
import { TokenDialog } from './parts/token-dialog.tsx';
import { useShortcuts } from './parts/use-shortcuts.ts';
import { useServices } from './services.ts';
import { goTo, type Route } from './state/route.ts';

type Front = 'palette' | 'keys' | null;

/** The whole console: the rail, what is wrong with the connection, and the page of the route. */
export function App() {
  const { route, access, link } = useServices();
  const [front, setFront] = useState<Front>(null);
  const close = (): void => setFront(null);
  const main = useRef<HTMLElement>(null);
  useShortcuts([
    { keys: 'mod+k', label: 'Find a page, view or stream', run: () => setFront('palette') },
    { keys: '?', label: 'Show these keys', run: () => setFront('keys') },
    ...pages.flatMap(({ page, title, entry }) =>
      entry ? [{ keys: `g ${entry.key}`, label: `Go to ${title}`, run: () => goTo({ page }) }] : [],
    ),
  ]);
  const { Panel, title, known } = shown(route.value);
  useEffect(() => void (document.title = `${title} · Millrace`), [title]);
  return (
    <div class="shell" data-stale={link.state.value.kind !== 'open'}>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to content
      </button>
      <Rail onFind={() => setFront('palette')} onKeys={() => setFront('keys')} />
      <div class="stage">
        <LinkBanner />
        <main id="main" tabIndex={-1} ref={main}>
          {!known && (
            <p class="note" role="status">
              <b>NO SUCH PAGE</b> Nothing is at this address; this is the overview.
            </p>
          )}
          <Panel />
        </main>
      </div>
      {access.wanted.value && <TokenDialog />}
      {front === 'palette' && <CommandPalette onClose={close} />}
      {front === 'keys' && <KeysDialog onClose={close} />}
    </div>
  );
}

/** An address that leads nowhere shows the first page. */
function shown({ page, name }: Route) {
  const known = pages.find((each) => each.page === page);
  const found = known ?? pages[0]!;
  return {
    known: known !== undefined,
    Panel: found.panel,
    title: found.entry === null && name !== undefined ? name : found.title,
  };
}
