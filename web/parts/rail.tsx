import { pages } from '../panels/index.ts';
import { useServices } from '../services.ts';
import { hrefOf } from '../state/route.ts';
import { themeAfter } from '../state/theme.ts';
import { Catalogue } from './catalogue.tsx';
import { Icon } from './icon.tsx';
import { Keys } from './keys.tsx';
import { LinkPill } from './link-pill.tsx';

interface RailProps {
  readonly onFind: () => void;
  readonly onKeys: () => void;
}

/** Where one can go: pages, views and streams. On a narrow screen a bar on top and tabs at the bottom. */
export function Rail({ onFind, onKeys }: RailProps) {
  return (
    <header class="rail">
      <a class="brand" href="#/" aria-label="Millrace, overview">
        <Mark />
        <span>Millrace</span>
      </a>
      <nav aria-label="Pages">
        <PageLinks />
        <button type="button" onClick={onFind}>
          <Icon name="search" />
          Find
          <Keys keys="mod+k" />
        </button>
      </nav>
      <Catalogue />
      <div class="rail-tools">
        <LinkPill />
        <button
          type="button"
          class="quiet icon wide-only"
          aria-label="Keyboard shortcuts"
          title="Keys (?)"
          onClick={onKeys}
        >
          <Icon name="keys" />
        </button>
        <ThemeSwitch />
      </div>
    </header>
  );
}

function PageLinks() {
  const { route } = useServices();
  const current = route.value.page;
  return (
    <>
      {pages.map(
        ({ page, title, entry }) =>
          entry && (
            <a key={page} href={hrefOf({ page })} {...(page === current && { 'aria-current': 'page' })}>
              <Icon name={entry.icon} />
              {title}
            </a>
          ),
      )}
    </>
  );
}

function ThemeSwitch() {
  const { theme } = useServices();
  const names = { system: 'as the system says', light: 'light', dark: 'dark' };
  const name = `Theme: ${names[theme.value]}`;
  return (
    <button
      type="button"
      class="quiet icon"
      title={name}
      aria-label={name}
      onClick={() => (theme.value = themeAfter(theme.value))}
    >
      <Icon name={theme.value} />
    </button>
  );
}

/** A mill wheel over its race. */
function Mark() {
  return (
    <svg class="mark" viewBox="0 0 24 24" aria-hidden="true">
      <circle cx="12" cy="9.5" r="6.5" />
      <path class="spokes" d="M12 3v13M5.5 9.5h13M7.4 4.9l9.2 9.2M16.6 4.9l-9.2 9.2" />
      <path d="M2 20.5c2.5-2 4.2-2 6.7 0s4.2 2 6.7 0 4.2-2 6.7 0" />
    </svg>
  );
}
