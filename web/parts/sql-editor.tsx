import type { ErrorJson } from '../../server/protocol.ts';
import { SqlSegments } from './sql-text.tsx';

interface SqlEditorProps {
  readonly text: string;
  readonly errors: readonly ErrorJson[];
  readonly onText: (text: string) => void;
  readonly onRun: () => void;
  readonly onWatch: () => void;
}

/** A text area over its own coloured image: the area takes the keys, the image shows colours and underlined errors. */
export function SqlEditor({ text, errors, onText, onRun, onWatch }: SqlEditorProps) {
  const lines = text.split('\n').length;
  const wrongLines = new Set(errors.map(({ line }) => line));
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    if (event.shiftKey) onWatch();
    else onRun();
  };
  return (
    <div class="editor">
      <div class="gutter" aria-hidden="true">
        {Array.from({ length: lines }, (_, index) => (
          <span key={index} class={wrongLines.has(index + 1) ? 'bad' : ''}>
            {index + 1}
          </span>
        ))}
      </div>
      <div class="editor-text">
        <pre aria-hidden="true">
          <SqlSegments sql={text} errors={errors} />
          {'\n'}
        </pre>
        <textarea
          value={text}
          aria-label="SQL"
          aria-invalid={errors.length > 0}
          aria-describedby="sql-errors"
          spellcheck={false}
          autocapitalize="off"
          autocomplete="off"
          wrap="off"
          onInput={(event) => onText(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
      </div>
    </div>
  );
}
