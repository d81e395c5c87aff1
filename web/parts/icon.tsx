/** Line drawings on a grid of 16, one path each, in the colour of the text around them. */
const PATHS = {
  overview: 'M2 9.5h3l2-6 3 9 1.7-4.5H14',
  workbench: 'M2.5 3.5h11v9h-11zM5 6.5l1.8 1.5L5 9.5M8.5 10h2.5',
  view: 'M2.5 3.5h11v9h-11zM2.5 6.5h11M6.5 6.5v6',
  stream:
    'M1.5 5c2-1.6 3.3-1.6 5.3 0s3.3 1.6 5.3 0l2-.9M1.5 8.5c2-1.6 3.3-1.6 5.3 0s3.3 1.6 5.3 0l2-.9M1.5 12c2-1.6 3.3-1.6 5.3 0s3.3 1.6 5.3 0l2-.9',
  table: 'M2.5 3.5h11v9h-11zM2.5 6.5h11M2.5 9.5h11M8 6.5v6',
  sink: 'M8 2v7M5 6.5L8 9.5l3-3M2.5 10v3h11v-3',
  search: 'M7 2.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9M10.3 10.3l3.2 3.2',
  play: 'M4.5 3l8 5-8 5z',
  stop: 'M4 4h8v8H4z',
  save: 'M3 2.5h7.5l2.5 2.5v8.5H3zM5.5 2.5v3.5h4v-3.5M5.5 13.5v-4h5v4',
  link: 'M6.7 9.3l2.6-2.6M7 4.8l1.3-1.3a2.7 2.7 0 0 1 4.2 3.7L11 8.9M9 11.2l-1.3 1.3a2.7 2.7 0 0 1-4.2-3.7L5 7.1',
  history: 'M3.2 5.2A5.5 5.5 0 1 1 2.5 8M2.7 2.5v3h3M8 5v3.2l2.2 1.3',
  book: 'M8 4c-1.5-1.2-3.5-1.3-5.5-1v9.5c2-.3 4-.2 5.5 1c1.5-1.2 3.5-1.3 5.5-1V3c-2-.3-4-.2-5.5 1zM8 4v9.5',
  plan: 'M2 3h4v3.5H2zM2 9.5h4V13H2zM10 6.2h4v3.6h-4zM6 4.8h2v3h2M6 11.2h2v-3',
  steps: 'M2.5 13h3v-3h3V7h3V4h2.5',
  system: 'M8 2.5a5.5 5.5 0 1 0 0 11zM8 2.5a5.5 5.5 0 0 1 0 11z',
  light:
    'M8 5a3 3 0 1 0 0 6a3 3 0 1 0 0-6M8 1.2v1.3M8 13.5v1.3M1.2 8h1.3M13.5 8h1.3M3.2 3.2l.9.9M11.9 11.9l.9.9M3.2 12.8l.9-.9M11.9 4.1l.9-.9',
  dark: 'M13 9.6A5.5 5.5 0 1 1 6.4 3a4.6 4.6 0 0 0 6.6 6.6z',
  keys: 'M1.5 4.5h13v7h-13zM4 7h.01M6.5 7h.01M9 7h.01M11.5 7h.01M5 9.3h6',
  pause: 'M5.2 3.5v9M10.8 3.5v9',
  top: 'M3 2.8h10M8 13.2v-7.7M4.8 8.5L8 5.3l3.2 3.2',
  chart: 'M2.5 2.5v11h11M5 10.5l2.5-3.5l2 1.8l3.5-4.8',
  download: 'M8 2.5v7M5 7l3 3l3-3M2.5 12.5h11',
  copy: 'M5.5 5.5h7.5v8h-7.5zM3 10.5v-8h7.5',
  drop: 'M3 4.5h10M6.5 4.5v-2h3v2M4.2 4.5l.6 9h6.4l.6-9M6.8 7v4M9.2 7v4',
  question: 'M8 2a6 6 0 1 0 0 12a6 6 0 1 0 0-12M6.3 6.3a1.7 1.7 0 1 1 2.5 1.5c-.6.4-.8.7-.8 1.3M8 11.2h.01',
  up: 'M3.5 9.5L8 5l4.5 4.5',
  close: 'M4 4l8 8M12 4l-8 8',
} as const;

export type IconName = keyof typeof PATHS;

/** A picture beside a word; it says nothing of its own. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="ico" viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
