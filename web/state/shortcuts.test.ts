import { describe, expect, test } from 'vitest';
import { keyNames, type KeyPress, Shortcuts } from './shortcuts.ts';

function press(key: string, extra: Partial<KeyPress> = {}): KeyPress & { prevented: boolean } {
  const event = {
    key,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    shiftKey: false,
    target: null,
    timeStamp: 10_000,
    defaultPrevented: false,
    prevented: false,
    preventDefault: () => void (event.prevented = true),
    ...extra,
  };
  return event;
}

function ran(isBusy = false) {
  const shortcuts = new Shortcuts(() => isBusy);
  const calls: string[] = [];
  const named = (keys: string) => ({ keys, label: keys, run: () => void calls.push(keys) });
  shortcuts.add(['?', 'g w', 'w', 'mod+k', 'mod+shift+enter'].map(named));
  return { shortcuts, calls, named };
}

describe('shortcuts', () => {
  test('a key runs what it stands for, and nothing else of the browser', () => {
    const { shortcuts, calls } = ran();
    const event = press('?', { shiftKey: true });
    shortcuts.press(event);
    shortcuts.press(press('x'));
    expect(calls).toEqual(['?']);
    expect(event.prevented).toBe(true);
  });

  test('two keys in a row run the sequence; too slow, each stands alone', () => {
    const { shortcuts, calls } = ran();
    shortcuts.press(press('g'));
    shortcuts.press(press('w', { timeStamp: 10_900 }));
    shortcuts.press(press('g', { timeStamp: 20_000 }));
    shortcuts.press(press('w', { timeStamp: 22_000 }));
    expect(calls).toEqual(['g w', 'w']);
  });

  test('Ctrl and Command are the same, Shift counts with letters and names', () => {
    const { shortcuts, calls } = ran();
    shortcuts.press(press('k', { ctrlKey: true }));
    shortcuts.press(press('k', { metaKey: true }));
    shortcuts.press(press('Enter', { ctrlKey: true, shiftKey: true }));
    expect(calls).toEqual(['mod+k', 'mod+k', 'mod+shift+enter']);
  });

  test('while text is written only those with Ctrl work', () => {
    const { shortcuts, calls } = ran(true);
    shortcuts.press(press('?'));
    shortcuts.press(press('k', { ctrlKey: true }));
    expect(calls).toEqual(['mod+k']);
  });

  test('the newest of equal keys wins until it is taken back; handled presses are left alone', () => {
    const { shortcuts, calls } = ran();
    const remove = shortcuts.add([{ keys: '?', label: 'other', run: () => void calls.push('other') }]);
    shortcuts.press(press('?'));
    remove();
    shortcuts.press(press('?'));
    shortcuts.press(press('?', { defaultPrevented: true }));
    expect(calls).toEqual(['other', '?']);
    expect(shortcuts.all.value).toHaveLength(5);
  });

  test('keys are named as they are printed', () => {
    expect(keyNames('mod+shift+enter', false)).toEqual(['Ctrl', 'Shift', '↵']);
    expect(keyNames('mod+k', true)).toEqual(['⌘', 'K']);
    expect(keyNames('g w', false)).toEqual(['G', 'W']);
  });
});
