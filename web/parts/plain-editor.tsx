import type { Ref } from 'preact';

interface PlainEditorProps {
  readonly area: Ref<HTMLTextAreaElement>;
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
  /** Where the cursor is, while it is here; null when it leaves. */
  readonly onCursor: (at: number | null) => void;
}

/** What one writes in until the editor has come. */
export function PlainEditor({ area, text, onText, onKeyDown, onCursor }: PlainEditorProps) {
  return (
    <textarea
      ref={area}
      value={text}
      aria-label="SQL"
      aria-describedby="sql-errors"
      spellcheck={false}
      autocapitalize="off"
      autocomplete="off"
      wrap="off"
      onInput={(event) => onText(event.currentTarget.value)}
      onKeyDown={onKeyDown}
      onSelect={(event) => onCursor(event.currentTarget.selectionStart)}
      onBlur={() => onCursor(null)}
    />
  );
}
