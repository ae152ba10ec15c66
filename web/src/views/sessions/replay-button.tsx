import { type ReactElement } from 'react';
import { Link } from 'wouter';
import type { Action } from '../../../../apps/monitor/src/api/answers';
import { ActionDialog } from '../../components/action-dialog';
import { linkTo } from '../../components/browser';
import { day } from '../../format';

/** Has a close published once more, as it was: of one symbol, of some or of all. */
export function ReplayButton({
  session,
  symbol,
}: {
  session: string | undefined;
  symbol: string | undefined;
}): ReactElement {
  return (
    <ActionDialog<Action>
      label="Replay"
      title={
        session === undefined
          ? 'Replay a close'
          : `Replay ${day(session)}${symbol === undefined ? '' : ` of ${symbol}`}`
      }
      path={['replays']}
      body={(fields) => {
        const text = (name: string): string => {
          const value = fields.get(name);
          return typeof value === 'string' ? value : '';
        };
        const symbols = text('symbols')
          .toUpperCase()
          .split(/[\s,]+/)
          .filter((one) => one !== '');
        return {
          session: session ?? text('session'),
          ...(symbols.length > 0 ? { symbols } : {}),
          ...(fields.get('forceRetrain') === 'on' ? { forceRetrain: true } : {}),
        };
      }}
      done={({ outcome, detail, subject }) => (
        <>
          <p>
            {outcome === 'done' ? 'The close was published.' : 'It was refused.'} {detail}
          </p>
          <p>
            <Link
              href={
                session === undefined
                  ? '/sessions'
                  : symbol === undefined
                    ? linkTo.session(session)
                    : linkTo.run(session, symbol)
              }
            >
              Follow it
            </Link>{' '}
            <span className="muted">{subject}</span>
          </p>
        </>
      )}
    >
      <p>
        The close is published to the same services once more. What is already there is found and kept: the same bars
        give the same bytes.
      </p>
      {session === undefined ? (
        <label className="field">
          <span>Session</span>
          <input type="date" name="session" required />
        </label>
      ) : null}
      {symbol === undefined ? (
        <label className="field">
          <span>Symbols</span>
          <input type="text" name="symbols" placeholder="all" autoComplete="off" spellCheck={false} />
          <small>Divided by spaces or commas; all where none is said.</small>
        </label>
      ) : (
        <input type="hidden" name="symbols" value={symbol} />
      )}
      <label className="check">
        <input type="checkbox" name="forceRetrain" />
        Train a challenger, whether or not there is a reason
      </label>
    </ActionDialog>
  );
}
