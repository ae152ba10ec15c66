import { type ReactElement } from 'react';
import type { Reason } from '../../../../apps/monitor/src/api/answers';
import { words } from '../../format';

/** Why something was decided, in the trainer's own words. */
export function Reasons({ reasons }: { reasons: readonly Reason[] }): ReactElement | null {
  if (reasons.length === 0) return null;
  return (
    <ul className="reasons">
      {reasons.map(({ code, detail }) => (
        <li key={`${code} ${detail}`}>
          <b>{words(code)}</b> {detail}
        </li>
      ))}
    </ul>
  );
}
