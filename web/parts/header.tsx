import { pages } from '../panels/index.ts';
import { useServices } from '../services.ts';
import type { Route } from '../state/route.ts';
import { themeAfter } from '../state/theme.ts';
import { LinkPill } from './link-pill.tsx';

export function Header() {
  const { route } = useServices();
  const current = route.value.page === 'view' ? 'home' : route.value.page;
  return (
    <header class="bar">
      <a class="brand" href="#/" aria-label="Millrace, overview">
        <Mark />
        <span>Millrace</span>
      </a>
      <nav aria-label="Pages">
        {pages.map(
          ({ page, title }) => title !== null && <NavLink key={page} page={page} title={title} current={current} />,
        )}
      </nav>
      <div class="bar-end">
        <LinkPill />
        <ThemeSwitch />
      </div>
    </header>
  );
}

function NavLink({ page, title, current }: { page: Route['page']; title: string; current: Route['page'] }) {
  return (
    <a href={page === 'home' ? '#/' : `#/${page}`} {...(page === current && { 'aria-current': 'page' })}>
      {title}
    </a>
  );
}

function ThemeSwitch() {
  const { theme } = useServices();
  const names = { system: 'Auto', light: 'Light', dark: 'Dark' };
  const icons = { system: '◐', light: '○', dark: '●' };
  return (
    <button
      type="button"
      class="quiet"
      title="Light, dark, or as the system says"
      aria-label={`Theme: ${names[theme.value]}`}
      onClick={() => (theme.value = themeAfter(theme.value))}
    >
      <span aria-hidden="true">{icons[theme.value]}</span> <span class="wide-only">{names[theme.value]}</span>
    </button>
  );
}

/** A mill wheel over its race. */
function Mark() {
  return (
    <svg class="mark" viewBox="0 0 24 24" aria-hidden="true">
      <circle cx="12" cy="9.5" r="6.5" />
      <path class="spokes" d="M12 3v13M5.5 9.5h13M7.4 4.9l9.2 9.2M16.6 4.9l-9.2 9.2" />
      <path d="M2 20.5c2.5-2 4.2-2 6.7 0s4.200 2 6.700 0 4.200-2 6.700 0" />
    </svg>
  );
}
