import { type DataDrift } from '../evidently/data-drift';

/** A score of a session, whichever rule it is of. */
export interface ReportedScore {
  readonly column: string;
  readonly test: string;
  /** calibrated and performance alarm; evidently-default never does. */
  readonly rule: string;
  readonly score: number;
  readonly threshold: number;
  readonly drifted: boolean;
  readonly alarmed: boolean;
}

/** Both windows of a column, as shares of the values in each bin. */
export interface ReportedDistribution {
  readonly column: string;
  readonly reference: { readonly from: string; readonly to: string; readonly sessions: number };
  readonly current: { readonly from: string; readonly to: string; readonly sessions: number };
  /** One more than there are bins. */
  readonly edges: readonly number[];
  readonly referenceShares: readonly number[];
  readonly currentShares: readonly number[];
}

/** How the forecasts of one horizon that had matured fared; prices and CRPS of the log return. */
export interface ReportedHorizon {
  readonly horizon: number;
  readonly forecasts: number;
  readonly mae: number;
  readonly naiveMae: number;
  readonly crps: number;
  readonly naiveCrps: number;
  readonly skill: number;
  readonly coverage90: number;
}

/** One horizon of the forecast from the session. Prices. */
export interface ReportedForecast {
  readonly horizon: number;
  readonly targetSession: string;
  readonly point: number;
  readonly p05: number;
  readonly p25: number;
  readonly p75: number;
  readonly p95: number;
}

/** All that was known of a symbol at the close of a session and is worth a look: what a report is made from. */
export interface MonitoringReport {
  readonly symbol: string;
  readonly session: string;
  readonly scores: readonly ReportedScore[];
  readonly distributions: readonly ReportedDistribution[];
  /** By Evidently’s defaults, of the same columns; undefined where the history is too short. */
  readonly drift: DataDrift | undefined;
  readonly quality: readonly { readonly check: string; readonly passed: boolean; readonly detail: string }[];
  readonly performance: readonly ReportedHorizon[];
  /** Over the last forecasts of the next session that had matured by each session, oldest first. */
  readonly rolling: readonly { readonly session: string; readonly coverage90: number; readonly skill: number }[];
  /** How many of them the rolling figures are over. */
  readonly window: number;
  readonly forecast:
    | { readonly forecaster: string; readonly originClose: number; readonly points: readonly ReportedForecast[] }
    | undefined;
  readonly decisions: readonly {
    readonly trigger: string;
    readonly decision: string;
    readonly modelVersion: number;
    readonly reasons: readonly { readonly code: string; readonly detail: string }[];
  }[];
}
