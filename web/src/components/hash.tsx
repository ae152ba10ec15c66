import { type ReactElement, useState } from 'react';
import { Icon } from './icons';

/** The beginning of a hash or an id; the whole of it goes to the clipboard. */
export function Hash({ value, length = 12 }: { value: string; length?: number }): ReactElement {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(value);
    setCopied(true);
  };
  return (
    <span className="hash">
      <code title={value}>{value.length > length ? `${value.slice(0, length)}…` : value}</code>
      <button
        type="button"
        className="icon-button small"
        aria-label={copied ? 'Copied' : `Copy ${value}`}
        onClick={() => void copy()}
        onBlur={() => setCopied(false)}
      >
        <Icon name={copied ? 'done' : 'copy'} size={13} />
      </button>
    </span>
  );
}
