import type { Catalog } from '../../runtime/catalog/catalog.ts';
import { bindFrom } from './bind-from.ts';
import { bindNode } from './bind-node.ts';
import { bindQuery } from './bind-query.ts';
import { Binding } from './binding.ts';

/** A binding in which every part of the binder knows the others. */
export function openBinding(catalog: Catalog): Binding {
  return new Binding(catalog, { node: bindNode, from: bindFrom, query: bindQuery });
}
