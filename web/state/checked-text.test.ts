import { signal } from '@preact/signals';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ValidationJson } from '../../server/protocol.ts';
import { CheckedText } from './checked-text.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const right = (plan: string | null): ValidationJson => {
  return { ok: true, columns: [], key: [], mode: null, plan, operators: [], warnings: [], errors: [] };
};
const wrong = (code: string): ValidationJson => ({ ...right(null), ok: false, errors: [{ code, message: code }] });

function open(answers: Readonly<Record<string, readonly ValidationJson[]>>) {
  const asked: string[] = [];
  const waiting: (() => void)[] = [];
  const validate = (sql: string) => {
    const nth = asked.filter((each) => each === sql).length;
    asked.push(sql);
    const value = answers[sql]?.[nth] ?? right(sql);
    return new Promise<{ kind: 'ok'; value: ValidationJson }>((resolve) => {
      waiting.push(() => resolve({ kind: 'ok', value }));
    });
  };
  const text = signal('');
  const checked = new CheckedText(text, { validate });
  const answer = async (nth: number): Promise<void> => {
    waiting[nth]!();
    await vi.advanceTimersByTimeAsync(0);
  };
  return { text, checked, asked, answer };
}

test('the server is asked once, a moment after the last letter', async () => {
  const { text, checked, asked, answer } = open({});
  for (const next of ['S', 'SE', 'SEL']) text.value = next;
  expect(checked.checking.value).toBe(true);
  await vi.advanceTimersByTimeAsync(300);
  expect(asked).toEqual(['SEL']);
  await answer(0);
  expect(checked.checking.value).toBe(false);
  expect(checked.plan.value?.text).toBe('SEL');
});

test('an answer to an older text is dropped, also when it comes last', async () => {
  const { text, checked, answer } = open({ a: [wrong('A')] });
  text.value = 'a';
  await vi.advanceTimersByTimeAsync(300);
  text.value = 'b';
  await vi.advanceTimersByTimeAsync(300);
  await answer(1);
  await answer(0);
  expect(checked.validation.value?.plan).toBe('b');
});

test('a server that had no time is asked again, and believed in the end', async () => {
  const late = wrong('STATEMENT_TIMEOUT');
  const { text, checked, asked, answer } = open({ a: [late, right('plan')], b: [late, late, late, late] });
  text.value = 'a';
  await vi.advanceTimersByTimeAsync(300);
  await answer(0);
  expect(checked.validation.value).toBeNull();
  await vi.advanceTimersByTimeAsync(800);
  await answer(1);
  expect(checked.validation.value?.plan).toBe('plan');
  text.value = 'b';
  for (let nth = 2; nth < 6; nth++) {
    await vi.advanceTimersByTimeAsync(800);
    await answer(nth);
  }
  expect(asked).toHaveLength(6);
  expect(checked.validation.value?.errors[0]?.code).toBe('STATEMENT_TIMEOUT');
});

test('the plan stays while the text is wrong, and goes when it is empty', async () => {
  const { text, checked, answer } = open({ bad: [wrong('SYNTAX_ERROR')] });
  for (const [nth, next] of ['good', 'bad'].entries()) {
    text.value = next;
    await vi.advanceTimersByTimeAsync(300);
    await answer(nth);
  }
  expect(checked.plan.value?.text).toBe('good');
  text.value = ' ';
  expect(checked.plan.value).toBeNull();
  expect(checked.checking.value).toBe(false);
});
