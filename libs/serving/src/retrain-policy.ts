import { type DecisionReason, type Trigger } from '@closing-bell/contracts';
import { type Moment, type RegisteredModel, type ServingModel } from '@closing-bell/registry';

export interface RetrainPolicy {
  /** Sessions after which a champion is retrained whatever else. */
  readonly retrainAfterSessions: number;
  /** Sessions after a training in which none of age, a missing champion and bad forecasts starts another. */
  readonly pauseSessions: number;
  /** The same of a drift alarm: until then its window holds sessions that the last training knew already. */
  readonly driftPauseSessions: number;
}

/** What the policy looks at. */
export interface RetrainQuestion {
  readonly trigger: Trigger;
  readonly forceRetrain: boolean;
  readonly featureSetHash: string;
  /** The model that serves as known before this decision; undefined while a baseline does. */
  readonly champion: ServingModel | undefined;
  /** The last training before this decision, promoted or not. */
  readonly latest: RegisteredModel | undefined;
  /** Sessions from that session to this one. */
  readonly sessionsSince: (session: string) => number;
  /** What alarms in the data and in the served forecasts, in words; one of them is present when the trigger is an alarm. */
  readonly drift?: string | undefined;
  readonly performance?: string | undefined;
}

/** Whether to retrain, and every reason for or against it. */
export interface RetrainAnswer {
  readonly retrain: boolean;
  readonly reasons: readonly DecisionReason[];
}

/** Decides whether there is a reason to retrain. A pure function: the same question has the same answer in a replay. */
export function askPolicy(policy: RetrainPolicy, question: RetrainQuestion): RetrainAnswer {
  const { champion, latest, trigger, forceRetrain, featureSetHash, sessionsSince, drift, performance } = question;
  if (forceRetrain && trigger === 'features-computed') {
    return {
      retrain: true,
      reasons: [{ code: 'forced', detail: 'The cascade was started with a forced retraining.' }],
    };
  }
  if (champion && champion.featureSetHash !== featureSetHash) {
    const detail = `Version ${champion.version} was trained on another feature set and cannot read this one.`;
    return { retrain: true, reasons: [{ code: 'feature-set-changed', detail }] };
  }
  const age = champion === undefined ? 0 : sessionsSince(ageOf(champion).session);
  const wanted: DecisionReason[] = [];
  if (!champion) wanted.push({ code: 'no-champion', detail: 'No model serves.' });
  if (champion && age >= policy.retrainAfterSessions) {
    const detail = `Version ${champion.version} is ${age} sessions old; the limit is ${policy.retrainAfterSessions}.`;
    wanted.push({ code: 'champion-too-old', detail });
  }
  if (drift !== undefined) wanted.push({ code: 'drift', detail: drift });
  if (performance !== undefined) wanted.push({ code: 'performance', detail: performance });
  if (wanted.length > 0) {
    const pause = drift === undefined ? policy.pauseSessions : policy.driftPauseSessions;
    if (!latest || sessionsSince(latest.moment.session) >= pause) return { retrain: true, reasons: wanted };
    const detail = `Version ${latest.version} was trained ${sessionsSince(latest.moment.session)} sessions ago; a pause of ${pause} follows each training.`;
    return { retrain: false, reasons: [...wanted, { code: 'training-pause', detail }] };
  }
  const detail = `Version ${champion?.version ?? 0} is ${age} sessions old of at most ${policy.retrainAfterSessions}, reads this feature set, and nothing alarms.`;
  return { retrain: false, reasons: [{ code: 'no-reason-to-retrain', detail }] };
}

/** From when a champion's age counts: from its training, or from when it was put in its place by hand, which is not to be undone the day after. */
function ageOf({ moment, since }: ServingModel): Moment {
  return since.trigger === 'by-hand' ? since : moment;
}
