import { type ModelRegistry, type RegisteredModel } from '@closing-bell/registry';
import { type DecisionLog } from './decision-log';

export interface AppointmentDependencies {
  readonly registry: Pick<ModelRegistry, 'list' | 'appoint'>;
  readonly decisions: Pick<DecisionLog, 'lastSession'>;
  readonly clock: () => Date;
}

/** What came of a wish that a version serve. */
export type AppointmentOutcome =
  | { readonly outcome: 'unknown'; readonly versions: readonly number[] }
  | { readonly outcome: 'serves already'; readonly model: RegisteredModel }
  | {
      readonly outcome: 'appointed';
      readonly model: RegisteredModel;
      /** The last close that was decided on: the version serves from the next one on. */
      readonly session: string;
      /** Version that served until then. */
      readonly instead: number | undefined;
    };

/** Appoints a version by hand, as of the last close that was decided on: what was decided until then stays as it was. */
export async function appointByHand(
  symbol: string,
  version: number,
  { registry, decisions, clock }: AppointmentDependencies,
): Promise<AppointmentOutcome> {
  const { versions, serving } = await registry.list(symbol);
  const model = versions.find((one) => one.version === version);
  if (!model) return { outcome: 'unknown', versions: versions.map((one) => one.version) };
  if (version === serving?.version) return { outcome: 'serves already', model };
  const session =
    (await decisions.lastSession(symbol)) ??
    versions.reduce((last, { moment }) => (moment.session > last ? moment.session : last), '');
  await registry.appoint(symbol, version, { session, trigger: 'by-hand', madeAt: clock().toISOString() });
  return { outcome: 'appointed', model, session, instead: serving?.version };
}

/** What came of it, in one sentence. */
export function describeAppointment(symbol: string, version: number, made: AppointmentOutcome): string {
  switch (made.outcome) {
    case 'unknown':
      return made.versions.length === 0
        ? `${symbol} has no version yet; replay a close of it first.`
        : `${symbol} has no version ${version}; there are ${made.versions.join(', ')}.`;
    case 'serves already':
      return `${symbol} version ${version} serves already; nothing to do.`;
    case 'appointed': {
      const { model, session, instead } = made;
      const what = model.kind === 'baseline' ? `baseline ${model.forecaster}` : model.forecaster;
      const place = instead === undefined ? '' : ` in place of version ${instead}`;
      return `${symbol} version ${version} (${what}) serves from the next close after ${session} on${place}.`;
    }
  }
}
