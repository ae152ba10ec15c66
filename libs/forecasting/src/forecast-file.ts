import { canonicalJson } from '@closing-bell/contracts';
import { type PriceForecast } from './prices';

/** A forecast as it is stored: what the predictor writes and the monitor reads. */
export interface ForecastFile {
  readonly format: 'closing-bell-forecast';
  readonly version: 1;
  readonly symbol: string;
  /** Forecast origin. */
  readonly session: string;
  /** What made it, such as `lstm` or `rolling-quantile-250`. */
  readonly forecaster: string;
  /** Version in the registry; 0 for the baseline. */
  readonly modelVersion: number;
  /** Close at the origin. */
  readonly originClose: number;
  /** Levels of the quantiles. */
  readonly levels: readonly number[];
  /** h = 1..10, each with the session that it speaks of. */
  readonly horizons: readonly (PriceForecast & { readonly targetSession: string })[];
}

/** The file's bytes: a function of what it says alone. */
export function encodeForecast(forecast: Omit<ForecastFile, 'format' | 'version'>): Buffer {
  const file: ForecastFile = { format: 'closing-bell-forecast', version: 1, ...forecast };
  return Buffer.from(canonicalJson(file));
}

/** Reads bytes whose hash was checked. */
export function decodeForecast(bytes: Buffer): ForecastFile {
  return JSON.parse(bytes.toString('utf8')) as ForecastFile;
}
