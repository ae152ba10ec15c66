import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactElement, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { act, ApiError } from '../api/client';

/** The token lives as long as the tab, and nowhere else. */
const TOKEN = 'closing-bell-token';

/**
 * A button that asks before it has the monitor do something: what will happen, what is to be said of it, and the token where this tab has
 * none yet. The answer is shown before the dialog goes.
 */
export function ActionDialog<T>({
  label,
  title,
  children,
  path,
  body,
  done,
  primary = false,
}: {
  label: string;
  title: string;
  /** What will happen, and fields. */
  children: ReactNode;
  path: readonly string[];
  body: (fields: FormData) => unknown;
  /** What is said when it is done. */
  done: (answer: T) => ReactNode;
  primary?: boolean;
}): ReactElement {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<string>();
  const [outcome, setOutcome] = useState<ReactNode>();
  const [token, setToken] = useState(() => sessionStorage.getItem(TOKEN));

  useEffect(() => {
    if (!open) return;
    setToken(sessionStorage.getItem(TOKEN));
    setFailed(undefined);
    setOutcome(undefined);
    dialog.current?.showModal();
  }, [open]);

  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const given = fields.get('token');
    const used = token ?? (typeof given === 'string' ? given.trim() : '');
    setBusy(true);
    setFailed(undefined);
    try {
      setOutcome(done(await act<T>(path, body(fields), used)));
      sessionStorage.setItem(TOKEN, used);
      void queries.invalidateQueries();
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) {
        sessionStorage.removeItem(TOKEN);
        setToken(null);
      }
      setFailed(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  };

  return (
    <>
      <button type="button" className={primary ? 'button primary' : 'button'} onClick={() => setOpen(true)}>
        {label}
      </button>
      {open ? (
        <dialog ref={dialog} aria-labelledby={heading} onClose={() => setOpen(false)}>
          <h2 id={heading}>{title}</h2>
          {outcome === undefined ? (
            <form onSubmit={(event) => void submit(event)}>
              {children}
              {token === null ? (
                <label className="field">
                  <span>Token</span>
                  <input type="password" name="token" required autoComplete="off" spellCheck={false} />
                  <small>The one that the monitor was started with. This tab keeps it until it is closed.</small>
                </label>
              ) : null}
              {failed === undefined ? null : (
                <p className="failed" role="alert">
                  {failed}
                </p>
              )}
              <p className="dialog-buttons">
                <button type="button" className="button" onClick={() => dialog.current?.close()}>
                  Cancel
                </button>
                <button type="submit" className="button primary" disabled={busy}>
                  {busy ? 'Asking …' : label}
                </button>
              </p>
            </form>
          ) : (
            <>
              <div role="status">{outcome}</div>
              <p className="dialog-buttons">
                <button type="button" className="button primary" onClick={() => dialog.current?.close()}>
                  Close
                </button>
              </p>
            </>
          )}
        </dialog>
      ) : null}
    </>
  );
}
