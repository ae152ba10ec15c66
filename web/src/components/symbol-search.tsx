import { useQuery } from '@tanstack/react-query';
import { type ReactElement, type Ref, useId, useState } from 'react';
import { useLocation } from 'wouter';
import { symbols } from '../api/queries';
import { linkTo } from './browser';
import { Icon } from './icons';
import { matchingSymbols } from './matching-symbols';

/** Goes to a symbol by its name: a combobox as WAI-ARIA describes it. */
export function SymbolSearch({ field }: { field: Ref<HTMLInputElement> }): ReactElement {
  const [wanted, setWanted] = useState(false);
  const { data } = useQuery({ ...symbols(), enabled: wanted });
  const [written, setWritten] = useState('');
  const [active, setActive] = useState(0);
  const [, navigate] = useLocation();
  const list = useId();
  const found = matchingSymbols(data?.map(({ symbol }) => symbol) ?? [], written);
  const go = (symbol: string | undefined, from?: HTMLElement): void => {
    if (symbol === undefined) return;
    setWritten('');
    // Keys are the page's again.
    from?.blur();
    navigate(linkTo.symbol(symbol));
  };
  return (
    <div className="search">
      <Icon name="search" size={14} />
      <input
        ref={field}
        type="text"
        role="combobox"
        aria-label="Find a symbol"
        aria-expanded={found.length > 0}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={found.length > 0 ? `${list}-${active}` : undefined}
        placeholder="Find a symbol"
        autoComplete="off"
        spellCheck={false}
        value={written}
        onFocus={() => setWanted(true)}
        onBlur={() => setWritten('')}
        onChange={(event) => {
          setWritten(event.target.value);
          setActive(0);
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') setActive(Math.min(active + 1, found.length - 1));
          else if (event.key === 'ArrowUp') setActive(Math.max(active - 1, 0));
          else if (event.key === 'Enter') go(found[active], event.currentTarget);
          else if (event.key === 'Escape') event.currentTarget.blur();
          else return;
          event.preventDefault();
        }}
      />
      <kbd aria-hidden="true">/</kbd>
      <ul role="listbox" id={list} aria-label="Symbols" hidden={found.length === 0}>
        {found.map((symbol, index) => (
          <li
            key={symbol}
            id={`${list}-${index}`}
            role="option"
            aria-selected={index === active}
            // Before the field loses the focus, and with it the list.
            onMouseDown={() => go(symbol)}
          >
            {symbol}
          </li>
        ))}
      </ul>
      {written !== '' && data && found.length === 0 ? (
        <p className="no-match">No symbol has “{written}” in its name.</p>
      ) : null}
    </div>
  );
}
