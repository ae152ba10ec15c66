import { QUANTILE_LEVELS, type ReturnDistribution, toPrices } from '@closing-bell/forecasting';
import { daysFrom, type ExchangeCalendar } from '@closing-bell/market';
import { type AlarmScore } from './alarm-score';

/** A forecast of the session after its origin, as far as it is looked at here. Prices. */
export interface NextSessionForecast {
  readonly originSession: string;
  readonly targetSession: string;
  readonly modelVersion: number;
  readonly originClose: number;
  /** The forecast at the levels .05, .25, .5, .75 and .95. */
  readonly p05: number;
  readonly p25: number;
  readonly point: number;
  readonly p75: number;
  readonly p95: number;
}

/** The version that serves, and the closes that are known, oldest first. */
export interface Served {
  readonly modelVersion: number;
  readonly bars: readonly { readonly session: string; readonly close: number }[];
}

/**
 * A forecast's first session, as the predictor writes it.
 *
 * @param of the closes up to the origin, oldest first, and the version that forecast
 */
export function nextSession(
  distribution: ReturnDistribution,
  { bars, modelVersion, calendar }: Served & { readonly calendar: Pick<ExchangeCalendar, 'sessionsAfter'> },
): NextSessionForecast {
  const { session: originSession = '', close: originClose = NaN } = bars.at(-1) ?? {};
  const [next] = toPrices(distribution, originClose);
  const at = (level: number): number => next?.quantiles[QUANTILE_LEVELS.indexOf(level)] ?? NaN;
  return {
    originSession,
    targetSession: calendar.sessionsAfter(originSession, 1)[0] ?? '',
    modelVersion,
    originClose,
    p05: at(0.05),
    p25: at(0.25),
    point: next?.point ?? NaN,
    p75: at(0.75),
    p95: at(0.95),
  };
}

type Matured = NextSessionForecast & { readonly actualClose: number };

/** Forecasts that are looked at: a quarter of a year. */
const WINDOW = 60;
/** Origins lie at most so many days before the session: more than sixty sessions ever take. */
export const PERFORMANCE_DAYS = 100;
/** With fewer, a bad fortnight is no evidence. */
const FEWEST = 20;
/** How seldom intervals that hold what they say may be taken for ones that do not, a session. */
const FALSE_ALARMS = 0.001;
/** What a 90 % interval leaves outside. */
const OUTSIDE = 0.1;
const LEVELS = [0.05, 0.25, 0.5, 0.75, 0.95] as const;

/**
 * Whether the forecasts of the version that serves have gone bad: too many outcomes outside the 90 % interval for chance, or no better than
 * “tomorrow = today” by the mean quantile loss of the log return at five levels. Forecasts one session ahead alone: those of longer horizons
 * overlap, and a single shock would be counted ten times. A version that has just begun to serve is judged when twenty have matured.
 *
 * forecasts: in any order, other versions’ among them; the last sixty that have matured count → two scores; none where there are fewer
 * than twenty. Source of the loss: Koenker and Bassett 1978; the CRPS is twice its mean over all levels.
 */
export function performanceScores(forecasts: readonly NextSessionForecast[], served: Served): AlarmScore[] {
  const judged = maturedOf(forecasts, served);
  if (judged.length < FEWEST) return [];
  const outside = judged.filter(({ p05, p95, actualClose }) => actualClose < p05 || actualClose > p95).length;
  const scores = [
    {
      column: 'outside_90',
      test: 'share-of-matured',
      score: outside / judged.length,
      threshold: mostOutside(judged.length) / judged.length,
    },
    { column: 'quantile_loss', test: 'ratio-to-naive', score: lossToNaive(judged), threshold: 1 },
  ] as const;
  return scores.map((each) => ({ ...each, rule: 'performance', alarmed: each.score > each.threshold }));
}

/** The version’s last forecasts that have matured by the last bar, oldest first. */
function maturedOf(forecasts: readonly NextSessionForecast[], { modelVersion, bars }: Served): Matured[] {
  const closes = new Map(bars.slice(-PERFORMANCE_DAYS).map(({ session, close }) => [session, close]));
  const earliest = daysFrom(bars.at(-1)?.session ?? '', -PERFORMANCE_DAYS);
  return forecasts
    .filter((forecast) => forecast.modelVersion === modelVersion && forecast.originSession >= earliest)
    .flatMap((forecast) => {
      const actualClose = closes.get(forecast.targetSession);
      return actualClose === undefined ? [] : [{ ...forecast, actualClose }];
    })
    .sort((a, b) => (a.originSession < b.originSession ? -1 : 1))
    .slice(-WINDOW);
}

/** The most outcomes outside that chance brings about, by the binomial distribution. */
function mostOutside(forecasts: number): number {
  let probability = (1 - OUTSIDE) ** forecasts;
  let above = 1 - probability;
  let most = 0;
  while (above > FALSE_ALARMS) {
    probability *= ((forecasts - most) / (most + 1)) * (OUTSIDE / (1 - OUTSIDE));
    most += 1;
    above -= probability;
  }
  return most;
}

function lossToNaive(judged: readonly Matured[]): number {
  let own = 0;
  let naive = 0;
  for (const { originClose, p05, p25, point, p75, p95, actualClose } of judged) {
    const outcome = Math.log(actualClose / originClose);
    [p05, p25, point, p75, p95].forEach((price, index) => {
      const level = LEVELS[index] ?? NaN;
      own += quantileLoss(level, Math.log(price / originClose), outcome);
      naive += quantileLoss(level, 0, outcome);
    });
  }
  // Where the price never moved, nothing is better than “tomorrow = today”.
  return naive === 0 ? 1 : own / naive;
}

function quantileLoss(level: number, quantile: number, outcome: number): number {
  return (outcome - quantile) * (level - (outcome < quantile ? 1 : 0));
}
