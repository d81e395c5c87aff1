import type { ComponentChildren } from 'preact';
import type { StreamJson } from '../../server/protocol.ts';
import { useServices } from '../services.ts';
import { rateText } from '../state/format.ts';
import { hrefOf, type Route } from '../state/route.ts';
import { Icon } from './icon.tsx';
import { StateDot } from './state-dot.tsx';

/** Every view and stream by name, with how much moves in it. */
export function Catalogue() {
  const { status } = useServices();
  const { views = [], streams = [] } = status.status.value ?? {};
  return (
    <div class="catalogue" role="navigation" aria-label="Views and streams">
      {views.length > 0 && <h3>Views</h3>}
      {views.map(({ item, rate }) => (
        <Entry key={item.name} page="view" name={item.name} rate={rate}>
          <StateDot state={item.state} />
        </Entry>
      ))}
      {streams.length > 0 && <h3>Streams</h3>}
      {streams.map(({ item, rate }) => (
        <Entry key={item.name} page="stream" name={item.name} rate={rate}>
          <Icon name={iconOf(item.kind)} />
        </Entry>
      ))}
    </div>
  );
}

function Entry({ page, name, rate, children }: Required<Route> & { rate: number; children: ComponentChildren }) {
  const { route } = useServices();
  const isHere = route.value.page === page && route.value.name === name;
  return (
    <a href={hrefOf({ page, name })} {...(isHere && { 'aria-current': 'page' })}>
      {children}
      <span class="clip">{name}</span>
      <small>{rateText(rate)}/s</small>
    </a>
  );
}

function iconOf(kind: StreamJson['kind']): 'stream' | 'table' {
  return kind === 'stream' ? 'stream' : 'table';
}
