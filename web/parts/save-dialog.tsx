import { useRef, useState } from 'preact/hooks';
import type { ErrorJson } from '../../server/protocol.ts';
import { useServices } from '../services.ts';
import { Modal } from './modal.tsx';

/** Asks for the name under which the query goes on running. */
export function SaveDialog({ onClose }: { onClose: () => void }) {
  const { workbench } = useServices();
  const field = useRef<HTMLInputElement>(null);
  const [errors, setErrors] = useState<readonly ErrorJson[]>([]);
  const [saving, setSaving] = useState(false);
  const save = async (event: Event): Promise<void> => {
    event.preventDefault();
    const name = field.current?.value.trim() ?? '';
    if (name === '') return;
    setSaving(true);
    const found = await workbench.save(name);
    setSaving(false);
    setErrors(found);
    if (found.length === 0) onClose();
  };
  return (
    <Modal label="Save as a view" onClose={onClose}>
      <form onSubmit={(event) => void save(event)}>
        <h2>Save as a view</h2>
        <p class="dim">A materialized view runs from now on, also when nobody looks, and can be read and queried.</p>
        <input
          ref={field}
          type="text"
          required
          autofocus
          autocomplete="off"
          spellcheck={false}
          maxLength={120}
          aria-label="Name of the view"
          aria-invalid={errors.length > 0}
          placeholder="sales_per_minute"
        />
        {errors.map(({ code, message }) => (
          <p key={message} class="note bad" role="alert">
            <b>{code}</b> {message}
          </p>
        ))}
        <p class="dialog-buttons">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="primary" disabled={saving}>
            {saving ? 'Saving…' : 'Save'}
          </button>
        </p>
      </form>
    </Modal>
  );
}
