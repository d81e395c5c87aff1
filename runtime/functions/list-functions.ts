import { aggregateFunction, aggregateFunctionNames } from './aggregate-functions.ts';
import { clockFunctions } from './clock-functions.ts';
import { aggregateCall, functionCalls } from './function-calls.ts';
import { scalarFunction, scalarFunctionNames } from './scalar-functions.ts';

/** What SHOW FUNCTIONS says of one name; an alias says what its function does. */
export interface ListedFunction {
  readonly name: string;
  readonly kind: 'scalar' | 'aggregate';
  readonly summary: string;
  readonly signature: string;
  readonly example: string;
}

/** Every name under which a function can be called, in order. */
export function listFunctions(): readonly ListedFunction[] {
  const scalars = scalarFunctionNames().map((name): ListedFunction => {
    const definition = scalarFunction(name)!;
    const { summary, example } = definition.doc;
    return { name, kind: 'scalar', summary, signature: functionCalls(definition).join('; '), example };
  });
  const aggregates = aggregateFunctionNames().map((name): ListedFunction => {
    const definition = aggregateFunction(name)!;
    const { summary, example } = definition.doc;
    return { name, kind: 'aggregate', summary, signature: aggregateCall(definition), example };
  });
  const clocks = clockFunctions().map(({ name, doc: { summary, example, call = name } }): ListedFunction => {
    return { name, kind: 'scalar', summary, signature: call, example };
  });
  return [...scalars, ...aggregates, ...clocks].sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
}
