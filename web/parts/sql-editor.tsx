import { effect, type Signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { ErrorJson } from '../../server/protocol.ts';
import type { CodeEditor } from '../editor/code-editor.ts';
import type { Vocabulary } from '../sql/vocabulary.ts';
import { loadedModule } from '../state/loaded-module.ts';
import { PlainEditor } from './plain-editor.tsx';

interface SqlEditorProps {
  readonly text: Signal<string>;
  readonly errors: readonly ErrorJson[];
  readonly vocabulary: () => Vocabulary;
  readonly onRun: () => void;
  readonly onAnswer: () => void;
  readonly onSave: () => void;
  /** Receives how to put the cursor somewhere, and to take the focus. */
  readonly onReady?: (select: (start: number, end?: number) => void) => void;
}

const HINT = 'Write SQL, or take an example';

const editorModule = loadedModule(() => import('../editor/code-editor.ts'));

/** Where SQL is written: a plain field at once, the editor with colours, completion and marks when it has come. */
export function SqlEditor(props: SqlEditorProps) {
  const cursor = useRef<number | null>(null);
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => editorModule.load(), []);
  const module = editorModule.value.value;
  useEffect(() => {
    if (module) return;
    props.onReady?.((start, end = start) => {
      area.current?.focus();
      area.current?.setSelectionRange(start, end);
    });
  }, [module]);
  if (module) return <CodeArea {...props} Editor={module.CodeEditor} cursor={cursor.current} />;
  return (
    <div class="editor">
      <PlainEditor
        area={area}
        text={props.text.value}
        onText={(next) => (props.text.value = next)}
        onCursor={(at) => (cursor.current = at)}
        onKeyDown={(event) => onKeyDown(event, props)}
      />
    </div>
  );
}

function CodeArea(props: SqlEditorProps & { Editor: typeof CodeEditor; cursor: number | null }) {
  const { text, errors, Editor, cursor } = props;
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<CodeEditor | null>(null);
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => {
    const made = new Editor(host.current!, {
      text: text.peek(),
      label: 'SQL',
      hint: HINT,
      vocabulary: () => latest.current.vocabulary(),
      onText: (next) => (text.value = next),
      commands: {
        'Mod-Enter': () => latest.current.onRun(),
        'Shift-Mod-Enter': () => latest.current.onAnswer(),
        'Mod-s': () => latest.current.onSave(),
      },
    });
    editor.current = made;
    if (cursor !== null) made.select(cursor);
    latest.current.onReady?.((start, end) => made.select(start, end));
    // At once: a text that came a drawing later would undo what has been typed since.
    const stop = effect(() => made.setText(text.value));
    return () => {
      stop();
      made.destroy();
    };
  }, [Editor, text]);
  useEffect(() => editor.current?.setErrors(errors), [errors]);
  return <div class="editor" ref={host} data-editor="code" />;
}

function onKeyDown(event: KeyboardEvent, { onRun, onAnswer, onSave }: SqlEditorProps): void {
  if (!(event.ctrlKey || event.metaKey)) return;
  if (event.key === 'Enter' && event.shiftKey) onAnswer();
  else if (event.key === 'Enter') onRun();
  else if (event.key === 's') onSave();
  else return;
  event.preventDefault();
}
