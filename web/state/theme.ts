import { effect, type Signal } from '@preact/signals';
import { stored } from './stored.ts';

export type Theme = 'system' | 'light' | 'dark';

const THEMES: readonly unknown[] = ['system', 'light', 'dark'];

/** Light or dark: as the system says, until somebody chooses. */
export function followTheme(): Signal<Theme> {
  const theme = stored<Theme>('millrace.theme', 'system', (value): value is Theme => THEMES.includes(value));
  effect(() => {
    document.documentElement.dataset['theme'] = theme.value;
  });
  return theme;
}

export function themeAfter(theme: Theme): Theme {
  switch (theme) {
    case 'system':
      return 'light';
    case 'light':
      return 'dark';
    case 'dark':
      return 'system';
  }
}
