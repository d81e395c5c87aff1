const SERIES = 8;

/** The name of the colour of line `at`, from 0. */
export function seriesColor(at: number): string {
  return `--series-${(at % SERIES) + 1}`;
}

/** A colour of the sheets as `rgb(...)`, for a canvas: light or dark as it is at that place now. */
export function cssColor(place: HTMLElement, name: string): string {
  const probe = document.createElement('i');
  probe.style.color = `var(${name})`;
  place.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
