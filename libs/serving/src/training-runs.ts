import { type DecisionReason } from '@closing-bell/contracts';
import { type SearchTrial } from '@closing-bell/forecasting';
import { type Circumstances, type Moment, type Parameters, type Run } from '@closing-bell/registry';
import { type Challenge } from './challenge';
import { type ModelQuestion } from './model-decisions';

interface TrainingAbout {
  /** Identity of the decision that trained. */
  readonly identity: string;
  readonly question: ModelQuestion;
  readonly reasons: readonly DecisionReason[];
  readonly metrics: Readonly<Record<string, number>>;
  readonly made: Challenge;
  readonly circumstances: Circumstances;
}

/** A challenge and the trials of its search as runs; a challenge that could train nothing has judged baselines. */
export function trainingRuns({ identity, question, reasons, metrics, made, circumstances }: TrainingAbout): Run[] {
  const { symbol, session, trigger, bars, features, featureSetHash } = question;
  const moment: Moment = { session, trigger };
  const about = { name: symbol, moment, datasets: { bars, features }, circumstances };
  const network = made.challenger?.network?.preprocessing;
  return [
    {
      identity,
      ...about,
      kind: 'training',
      parameters: network ? trainingParameters(network.training) : {},
      metrics: {
        ...metrics,
        ...comparisonsOf(made),
        ...(network ? { validationLoss: network.training.validationLoss } : {}),
      },
      series: lossSeries(made.epochs),
      notes: {
        decision: made.verdict.decision,
        reasons: reasons.map(({ code, detail }) => `- \`${code}\` ${detail}`).join('\n'),
        forecaster: made.challenger?.name ?? made.verdict.bestBaseline,
        featureSetHash,
        features: (network?.features ?? []).map(({ name }) => name).join(', '),
        trainedUntil: made.trainedUntil ?? '',
      },
    },
    ...made.trials.map((trial): Run => ({
      identity: `${identity}-rung-${trial.rung}-combination-${trial.combination}`,
      parent: identity,
      ...about,
      kind: 'trial',
      parameters: trialParameters(trial),
      // A loss that came to no number is none.
      metrics: { bestEpoch: trial.bestEpoch, ...(Number.isFinite(trial.loss) ? { loss: trial.loss } : {}) },
      series: lossSeries(trial.epochLosses),
      notes: {},
    })),
  ];
}

type TrainedNetwork = NonNullable<NonNullable<Challenge['challenger']>['network']>;

function trainingParameters(training: TrainedNetwork['preprocessing']['training']): Parameters {
  return {
    ...training.options,
    seed: training.seed,
    engine: training.engine ?? 'unknown',
    trainedFrom: training.from,
    trainedUntil: training.to,
    trainingWindows: training.trainingWindows,
    validationWindows: training.validationWindows,
    epochsRun: training.epochs,
    bestEpoch: training.bestEpoch,
  };
}

function trialParameters({ options, seed, rung, combination }: SearchTrial): Parameters {
  return { ...options, seed, rung, combination };
}

/** The scores of champion and baselines beside the challenger's, as `<forecaster>.crps` and so on. */
function comparisonsOf({ evaluation }: Challenge): Record<string, number> {
  if (!evaluation) return {};
  const all = [evaluation.naive, evaluation.baseline, ...evaluation.scores];
  return Object.fromEntries(
    all
      .filter(({ forecaster }) => forecaster !== 'challenger')
      .flatMap(({ forecaster, crps, skillOverBaseline, maeToNaive, coverage90 }) => [
        [`${forecaster}.crps`, crps],
        [`${forecaster}.skillOverBaseline`, skillOverBaseline],
        [`${forecaster}.maeToNaive`, maeToNaive],
        [`${forecaster}.coverage90`, coverage90],
      ]),
  );
}

function lossSeries(epochs: Challenge['epochs']): Run['series'] {
  return {
    trainingLoss: epochs.map(({ trainingLoss }) => trainingLoss),
    validationLoss: epochs.map(({ validationLoss }) => validationLoss),
  };
}
