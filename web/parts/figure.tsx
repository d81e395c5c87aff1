import type { ComponentChildren } from 'preact';

interface FigureProps {
  readonly name: string;
  readonly value: string;
  readonly unit?: string;
  readonly note?: string;
  readonly tone?: string;
  readonly children?: ComponentChildren;
}

/** One of the figures at the head of a page. */
export function Figure({ name, value, unit, note, tone = '', children }: FigureProps) {
  return (
    <div class={tone}>
      <dt>{name}</dt>
      <dd data-fact={name}>
        {value}
        {unit !== undefined && <small>{unit}</small>}
      </dd>
      {note !== undefined && note !== '' && <dd class="dim">{note}</dd>}
      {children !== undefined && <dd class="beside">{children}</dd>}
    </div>
  );
}
