import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { type Answer, errorsOf } from '../net/api.ts';
import { Icon, type IconName } from './icon.tsx';
import { Modal } from './modal.tsx';

interface ConfirmButtonProps {
  /** What the button does, as a command. */
  readonly label: string;
  readonly icon: IconName;
  readonly question: string;
  readonly children: ComponentChildren;
  readonly danger?: boolean;
  readonly act: () => Promise<Answer<unknown>>;
  readonly done: () => void;
}

/** Asks before it acts, and says why where it cannot. */
export function ConfirmButton({ label, icon, question, children, danger = false, act, done }: ConfirmButtonProps) {
  const [isAsking, setAsking] = useState(false);
  const [isActing, setActing] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const close = (): void => {
    setAsking(false);
    setRefusal(null);
  };
  const go = async (): Promise<void> => {
    setActing(true);
    const [error] = errorsOf(await act());
    setActing(false);
    if (error) return setRefusal(`${error.message}${error.hint === undefined ? '' : `: ${error.hint}`}`);
    close();
    done();
  };
  return (
    <>
      <button type="button" class="quiet" onClick={() => setAsking(true)}>
        <Icon name={icon} /> {label}
      </button>
      {isAsking && (
        <Modal label={question} onClose={close}>
          <div class="confirm">
            <h2>{question}</h2>
            {children}
            {refusal !== null && (
              <p class="note bad" role="alert">
                {refusal}
              </p>
            )}
            <footer>
              <button type="button" onClick={close}>
                Leave it
              </button>
              <button type="button" class={danger ? 'danger' : 'primary'} disabled={isActing} onClick={() => void go()}>
                {isActing ? 'Working…' : label}
              </button>
            </footer>
          </div>
        </Modal>
      )}
    </>
  );
}
