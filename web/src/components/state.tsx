import { type ReactElement } from 'react';
import type { RunState } from '../../../apps/monitor/src/api/answers';
import { Icon } from './icons';

/** Where something stands: an icon and the word, never colour alone. */
export function State({
  state,
  quiet = false,
}: {
  state: RunState | 'skipped';
  /** The word is heard, not seen. */
  quiet?: boolean;
}): ReactElement {
  return (
    <span className={`state state-${state}`}>
      <Icon name={state} size={14} />
      {quiet ? <span className="unseen">{state}</span> : state}
    </span>
  );
}

const DECISIONS: Readonly<Record<string, { label: string; icon: 'promoted' | 'rejected' | 'done' | 'abstained' }>> = {
  promoted: { label: 'promoted', icon: 'promoted' },
  rejected: { label: 'rejected', icon: 'rejected' },
  kept: { label: 'kept', icon: 'done' },
  baseline: { label: 'baseline', icon: 'abstained' },
};

/** What the trainer decided: kept, promoted, rejected or baseline. */
export function DecisionMark({ decision }: { decision: string }): ReactElement {
  const { label, icon } = DECISIONS[decision] ?? { label: decision, icon: 'done' as const };
  return (
    <span className={`state decision-${decision}`}>
      <Icon name={icon} size={14} />
      {label}
    </span>
  );
}

/** What came of a check. */
export function PassedMark({ passed }: { passed: boolean }): ReactElement {
  const state = passed ? 'done' : 'failed';
  return (
    <span className={`state state-${state}`}>
      <Icon name={state} size={14} /> {passed ? 'passed' : 'failed'}
    </span>
  );
}

export function AlarmMark({ label = 'drift' }: { label?: string }): ReactElement {
  return (
    <span className="state alarm">
      <Icon name="alarm" size={14} />
      {label}
    </span>
  );
}
