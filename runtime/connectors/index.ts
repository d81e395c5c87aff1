import { blackhole } from './blackhole.ts';
import type { Connector } from './connector.ts';
import { datagen } from './datagen.ts';
import { file } from './file.ts';
import { host } from './host.ts';
import { http } from './http.ts';
import { nexmark } from './nexmark/nexmark.ts';

const CONNECTORS: readonly Connector[] = [http, file, host, datagen, nexmark, blackhole];

export function connector(name: string): Connector | undefined {
  return CONNECTORS.find((each) => each.name === name);
}

export function connectorNames(): readonly string[] {
  return CONNECTORS.map(({ name }) => name);
}
