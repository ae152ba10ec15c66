import { type ReactElement, useEffect, useRef } from 'react';

const KEYS = [
  ['/', 'find a symbol'],
  ['← →', 'on a symbol: the forecast from the session before or after'],
  ['Home End', 'on a symbol: the first forecast, the latest'],
  ['Tab', 'from one control to the next; tables that are wide scroll with the arrows'],
  ['Esc', 'leave a field or a dialog'],
  ['?', 'this list'],
] as const;

export function KeysDialog({ onClose }: { onClose: () => void }): ReactElement {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} aria-labelledby="keys-title" onClose={onClose}>
      <h2 id="keys-title">Keys</h2>
      <dl className="keys">
        {KEYS.map(([key, meaning]) => (
          <div key={key}>
            <dt>
              {key.split(' ').map((part) => (
                <kbd key={part}>{part}</kbd>
              ))}
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <p className="dialog-buttons">
        <button type="button" className="button primary" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </p>
    </dialog>
  );
}
