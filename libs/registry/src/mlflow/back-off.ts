import { MlflowUnavailableError } from './mlflow-errors';

const ATTEMPTS = 4;
const FIRST_MS = 500;
const LONGEST_MS = 15_000;

/** What waiting takes. */
export interface BackOffDependencies {
  /** Uniform in [0, 1): the jitter. */
  readonly random: () => number;
  /** Resolves after some milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/**
 * Does `work` up to four times while MLflow is unavailable and the error is `worthwhile` to repeat it for. Pauses double from half a
 * second, with jitter so that services that failed together do not come back together; the server may ask for a longer one.
 */
export async function withBackOff<T>(
  { random, sleep }: BackOffDependencies,
  worthwhile: (error: MlflowUnavailableError) => boolean,
  work: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof MlflowUnavailableError) || attempt === ATTEMPTS || !worthwhile(error)) throw error;
      const ceiling = FIRST_MS * 2 ** (attempt - 1);
      const asked = Math.min(error.details.retryAfterMs ?? 0, LONGEST_MS);
      await sleep(Math.max(ceiling * (0.5 + random() / 2), asked));
    }
  }
}
