import { useEffect, useRef } from 'preact/hooks';
import { useServices } from '../services.ts';

/** A locked server: asks for its token until one is accepted. */
export function TokenDialog() {
  const { access } = useServices();
  const dialog = useRef<HTMLDialogElement>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const give = (event: Event): void => {
    event.preventDefault();
    const token = field.current?.value.trim();
    if (token) access.give(token);
  };
  return (
    <dialog ref={dialog} class="token" aria-labelledby="token-title" onCancel={(event) => event.preventDefault()}>
      <form onSubmit={give}>
        <h2 id="token-title">This server wants a token</h2>
        <p>
          It is what the server was started with: <code>--token</code> or <code>MILLRACE_TOKEN</code>. It is kept until
          you close this tab.
        </p>
        <input ref={field} type="password" autocomplete="off" aria-label="Token" required />
        <button type="submit" class="primary">
          Open
        </button>
      </form>
    </dialog>
  );
}
