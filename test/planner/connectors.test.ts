import { describe, expect, test } from 'vitest';
import { ENVIRONMENT } from '../../planner/planner-environment.ts';
import { connector, connectorNames } from '../../runtime/connectors/index.ts';

/** The planner knows connectors as data only; here it is held to what they are. */
describe('what the planner knows of connectors', () => {
  test('are their names', () => {
    expect(ENVIRONMENT.connectors.map((each) => each.name).sort()).toEqual([...connectorNames()].sort());
  });

  test.each(ENVIRONMENT.connectors.map((each) => each.name))('is what %s can do and which options it takes', (name) => {
    const known = ENVIRONMENT.connectors.find((each) => each.name === name);
    const real = connector(name);
    const writable = real?.writable === true;
    expect(known?.source).toBe(real?.source !== null || writable);
    expect(known?.sink).toBe(real?.sink !== null);
    const options = real?.options.filter((option) => !option.name.startsWith('fields.')) ?? [];
    expect(known?.options.map((option) => option.name).sort()).toEqual(options.map((option) => option.name).sort());
    expect(known?.options.filter((option) => option.required).map((option) => option.name)).toEqual(
      options.filter((option) => option.required).map((option) => option.name),
    );
  });
});
