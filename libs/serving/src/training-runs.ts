import { type SearchTrial } from '@closing-bell/forecasting';
import { type Moment, type Parameters, type Run } from '@closing-bell/registry';
import { type Challenge } from './challenge';

interface TrainingAbout {
  /** Identity of the decision that trained. */
  readonly identity: string;
  readonly name: string;
  readonly moment: Moment;
  readonly metrics: Readonly<Record<string, number>>;
  readonly made: Pick<Challenge, 'challenger' | 'epochs' | 'trials'>;
}

/** A training and the trials of its search as runs. */
export function trainingRuns({ identity, name, moment, metrics, made }: TrainingAbout): Run[] {
  const training = made.challenger?.network?.preprocessing.training;
  const about = { name, moment };
  return [
    {
      identity,
      ...about,
      kind: 'training',
      parameters: training
        ? {
            ...training.options,
            seed: training.seed,
            engine: training.engine ?? 'unknown',
            trainedFrom: training.from,
            trainedUntil: training.to,
            trainingWindows: training.trainingWindows,
            validationWindows: training.validationWindows,
            epochsRun: training.epochs,
            bestEpoch: training.bestEpoch,
          }
        : {},
      metrics: training ? { ...metrics, validationLoss: training.validationLoss } : metrics,
      series: lossSeries(made.epochs),
    },
    ...made.trials.map((trial): Run => ({
      identity: `${identity}-rung-${trial.rung}-combination-${trial.combination}`,
      parent: identity,
      ...about,
      kind: 'trial',
      parameters: parametersOf(trial),
      // A loss that came to no number is none.
      metrics: { bestEpoch: trial.bestEpoch, ...(Number.isFinite(trial.loss) ? { loss: trial.loss } : {}) },
      series: lossSeries(trial.epochLosses),
    })),
  ];
}

function parametersOf({ options, seed, rung, combination }: SearchTrial): Parameters {
  return { ...options, seed, rung, combination };
}

function lossSeries(epochs: Challenge['epochs']): Run['series'] {
  return {
    trainingLoss: epochs.map(({ trainingLoss }) => trainingLoss),
    validationLoss: epochs.map(({ validationLoss }) => validationLoss),
  };
}
