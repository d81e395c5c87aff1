import { useServices } from '../services.ts';
import { Keys } from './keys.tsx';
import { Modal } from './modal.tsx';

/** Every key that does something on this page. */
export function KeysDialog({ onClose }: { onClose: () => void }) {
  const { shortcuts } = useServices();
  return (
    <Modal label="Keyboard shortcuts" class="keys" onClose={onClose}>
      <h2>Keyboard shortcuts</h2>
      <dl>
        {shortcuts.all.value.map(({ keys, label }) => [
          <dt key={`${keys} key`}>
            <Keys keys={keys} />
          </dt>,
          <dd key={keys}>{label}</dd>,
        ])}
      </dl>
      <button type="button" onClick={onClose}>
        Close
      </button>
    </Modal>
  );
}
