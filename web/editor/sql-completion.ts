import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
  snippet,
} from '@codemirror/autocomplete';
import type { Extension } from '@codemirror/state';
import type { EditorView } from '@codemirror/view';
import { type Choice, choicesAt } from '../sql/complete.ts';
import type { KnownFunction, KnownRelation, Vocabulary } from '../sql/vocabulary.ts';

/** Offers what can stand at the cursor; the vocabulary is asked for each time, since names come and go. */
export function sqlCompletion(vocabulary: () => Vocabulary): Extension {
  const source = (context: CompletionContext): CompletionResult | null => {
    const found = choicesAt(context.state.doc.toString(), context.pos, vocabulary(), context.explicit);
    if (!found || found.choices.length === 0) return null;
    const count = found.choices.length;
    return {
      from: found.from,
      options: found.choices.map((choice, place) => ({ ...completionOf(choice), boost: 90 - (90 * place) / count })),
      validFor: /^"?[\p{L}\p{N}_$]*$/u,
    };
  };
  return autocompletion({ override: [source], icons: true, maxRenderedOptions: 60, activateOnTypingDelay: 60 });
}

function completionOf(choice: Choice): Completion {
  const { kind, label } = choice;
  switch (choice.kind) {
    case 'keyword':
    case 'type':
      return { label, type: kind };
    case 'option':
      return { label, type: kind, apply: `${label} = ` };
    case 'column':
      return { label, type: kind, detail: choice.detail, apply: choice.insert };
    case 'relation':
      return {
        label,
        type: kind,
        detail: choice.relation.kind,
        apply: choice.insert,
        info: () => columnsInfo(choice.relation),
      };
    case 'function':
      return {
        label,
        type: kind,
        detail: argumentsOf(choice.function),
        apply: applyCall,
        info: () => functionInfo(choice.function),
      };
    case 'window':
      return {
        label,
        type: kind,
        detail: 'window',
        apply: snippet(choice.window.template),
        info: choice.window.summary,
      };
  }
}

/** Of the first way to call it, without its name. */
function argumentsOf({ name, signature }: KnownFunction): string {
  const [first = ''] = signature.split('; ');
  return first.startsWith(name) ? first.slice(name.length) : first;
}

/** The name with brackets, the cursor between them; without where there are some already. */
function applyCall(view: EditorView, { label }: Completion, from: number, to: number): void {
  const isCalled = view.state.sliceDoc(to, to + 1) === '(';
  const insert = isCalled ? label : `${label}()`;
  view.dispatch({
    changes: { from, to, insert },
    selection: { anchor: from + label.length + 1 },
    userEvent: 'input.complete',
  });
}

function functionInfo({ signature, summary, example }: KnownFunction): Node {
  return paragraphs(...signature.split('; ').map((each) => [code(each)]), [summary], ['e.g. ', code(example)]);
}

function columnsInfo({ columns }: KnownRelation): Node {
  return paragraphs(...columns.map(({ name, type }) => [code(name), ` ${type}`]));
}

function paragraphs(...parts: readonly (readonly (Node | string)[])[]): Node {
  const info = document.createElement('div');
  for (const each of parts) {
    const paragraph = document.createElement('p');
    paragraph.append(...each);
    info.append(paragraph);
  }
  return info;
}

function code(text: string): Node {
  const element = document.createElement('code');
  element.textContent = text;
  return element;
}
