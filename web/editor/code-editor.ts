import { acceptCompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { standardKeymap, history, historyKeymap, toggleComment } from '@codemirror/commands';
import { bracketMatching } from '@codemirror/language';
import { type Diagnostic, setDiagnostics } from '@codemirror/lint';
import { EditorState, Prec } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
  placeholder,
} from '@codemirror/view';
import type { ErrorJson } from '../../server/protocol.ts';
import { errorSpan } from '../sql/segments.ts';
import type { Vocabulary } from '../sql/vocabulary.ts';
import { editorTheme } from './editor-theme.ts';
import { sqlCompletion } from './sql-completion.ts';
import { sqlLanguage } from './sql-language.ts';

export interface CodeEditorOptions {
  readonly text: string;
  readonly label: string;
  readonly hint: string;
  readonly vocabulary: () => Vocabulary;
  readonly onText: (text: string) => void;
  /** By key, as CodeMirror spells them: `Mod-Enter`. */
  readonly commands: Readonly<Record<string, () => void>>;
}

/**
 * The SQL editor, in a shadow tree of its host: there its styles are adopted sheets, which the policy of a page that
 * forbids inline styles allows.
 */
export class CodeEditor {
  readonly #view: EditorView;

  constructor(host: HTMLElement, options: CodeEditorOptions) {
    const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
    this.#view = new EditorView({ parent: root, root, state: stateOf(options) });
  }

  /** Takes a text that did not come from here; undo leads back. */
  setText(text: string): void {
    const before = this.#view.state.doc.toString();
    if (before === text) return;
    this.#view.dispatch({ changes: { from: 0, to: before.length, insert: text }, selection: { anchor: text.length } });
  }

  setErrors(errors: readonly ErrorJson[]): void {
    const text = this.#view.state.doc.toString();
    const found = errors.flatMap((error) => diagnosticOf(text, error) ?? []);
    this.#view.dispatch(setDiagnostics(this.#view.state, found));
  }

  /** Selects from `start` to `end` (counted in characters of the text) and takes the focus. */
  select(start: number, end = start): void {
    this.#view.focus();
    this.#view.dispatch({ selection: { anchor: start, head: end }, scrollIntoView: true });
  }

  destroy(): void {
    this.#view.destroy();
  }
}

function stateOf({ text, label, hint, vocabulary, onText, commands }: CodeEditorOptions): EditorState {
  const own = Object.entries(commands).map(([key, command]) => {
    const run = (): boolean => {
      command();
      return true;
    };
    return { key, run, preventDefault: true };
  });
  return EditorState.create({
    doc: text,
    extensions: [
      Prec.highest(keymap.of(own)),
      lineNumbers(),
      highlightActiveLineGutter(),
      highlightActiveLine(),
      history(),
      drawSelection(),
      bracketMatching(),
      closeBrackets(),
      sqlLanguage(),
      sqlCompletion(vocabulary),
      placeholder(hint),
      keymap.of([
        ...closeBracketsKeymap,
        ...completionKeymap,
        // Without an open popup Tab leads on, as everywhere.
        { key: 'Tab', run: acceptCompletion },
        ...historyKeymap,
        { key: 'Mod-/', run: toggleComment },
        ...standardKeymap,
      ]),
      EditorView.contentAttributes.of({
        'aria-label': label,
        'aria-describedby': 'sql-errors',
        spellcheck: 'false',
        // It scrolls, and whoever has only keys must be told that it can be reached.
        tabindex: '0',
      }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) onText(update.state.doc.toString());
      }),
      editorTheme,
    ],
  });
}

function diagnosticOf(text: string, error: ErrorJson): Diagnostic | null {
  const span = errorSpan(text, error);
  if (!span) return null;
  const message = error.hint === undefined ? error.message : `${error.message}\n${error.hint}`;
  return { from: span.start, to: span.end, severity: 'error', source: error.code, message };
}
