import { drift } from './baselines/drift';
import { FittedForecaster, type FittedName } from './fitted-forecaster';
import { type FitRequest, type Forecaster } from './forecaster';
import { type History } from './history';
import { literalLstm } from './legacy/literal-lstm';
import { type LiteralOptions } from './legacy/literal-options';
import { type EpochReport, type FitNetwork } from './lstm/fit/fit';
import { type LstmOptions } from './lstm/options';
import { type LstmModel } from './lstm/lstm-model';
import { trainLstm } from './lstm/train-lstm';
import { fitGjrGarch, type GjrParameters } from './volatility/gjr-garch';
import { fitHar, type HarParameters } from './volatility/har';

/** All forecasters that compete, beside naive persistence and the rolling quantile, which always do. */
export const FORECASTER_NAMES = [
  'drift',
  'ewma-fhs',
  'har-fhs',
  'gjr-fhs',
  'lstm',
  'lstm-fhs',
  'blend-raw',
  'blend',
  'literal-lstm',
] as const;
export type ForecasterName = (typeof FORECASTER_NAMES)[number];

/** Those that draw random numbers to learn. */
export const SEEDED_FORECASTERS: readonly ForecasterName[] = ['lstm', 'lstm-fhs', 'blend-raw', 'blend', 'literal-lstm'];

export interface FieldSettings extends FitRequest {
  /** Columns of the features that the LSTM reads. */
  readonly featureNames: readonly string[];
  readonly lstm?: Partial<LstmOptions>;
  readonly literal?: Partial<LiteralOptions>;
  /** A model at whose weights the LSTM starts, where it has the same sizes and reads the same features. */
  readonly warmStart?: LstmModel | undefined;
  /** Told of each epoch of the LSTM. */
  readonly onEpoch?: ((report: EpochReport) => void) | undefined;
  /** How a network is fitted. */
  readonly fit: FitNetwork;
}

/** Forecasters that learn from the same known histories; what several share is fitted once, and what none asks for never. */
export class Field {
  private readonly fitted = new Map<string, unknown>();

  /** known: histories of one symbol or many, each up to the moment of fitting. */
  constructor(
    private readonly known: readonly History[],
    private readonly settings: FieldSettings,
  ) {}

  /**
   * Fits a forecaster. Rejects with HistoryTooShortError where there is too little to learn from, and with whatever the fit of a
   * network rejects with.
   */
  async fit(name: ForecasterName): Promise<Forecaster> {
    switch (name) {
      case 'drift':
        return drift;
      case 'literal-lstm':
        return literalLstm(this.settings.literal ?? {}, this.settings.fit).fit(this.known, this.settings);
      case 'lstm':
      case 'ewma-fhs':
      case 'har-fhs':
      case 'gjr-fhs':
      case 'lstm-fhs':
      case 'blend-raw':
      case 'blend':
        return this.fitStorable(name);
    }
  }

  /** Fits a forecaster that can be stored; rejects as `fit` does. */
  async fitStorable(name: FittedName): Promise<FittedForecaster> {
    switch (name) {
      case 'rolling-quantile-250':
      case 'ewma-fhs':
        return new FittedForecaster(name, {});
      case 'har-fhs':
        return new FittedForecaster(name, { har: this.har() });
      case 'gjr-fhs':
        return new FittedForecaster(name, { gjr: this.gjr() });
      case 'lstm':
      case 'lstm-fhs':
        return new FittedForecaster(name, { lstm: await this.lstm() });
      case 'blend-raw':
      case 'blend':
        return new FittedForecaster(name, { har: this.har(), gjr: this.gjr(), lstm: await this.lstm() });
    }
  }

  private har(): HarParameters {
    return this.once('har', () => fitHar(this.known));
  }

  private gjr(): GjrParameters {
    return this.once('gjr', () => fitGjrGarch(this.known.map(logReturns)));
  }

  private lstm(): Promise<LstmModel> {
    const { featureNames, lstm, seed, signal, warmStart, onEpoch, fit } = this.settings;
    const training = { histories: this.known, featureNames, seed, signal, warmStart, onEpoch };
    return this.once('lstm', () => trainLstm({ ...training, ...(lstm ? { options: lstm } : {}) }, fit));
  }

  private once<T>(part: string, fit: () => T): T {
    if (!this.fitted.has(part)) this.fitted.set(part, fit());
    return this.fitted.get(part) as T;
  }
}

function logReturns({ bars }: History): Float64Array {
  return Float64Array.from(bars.slice(1), ({ close }, index) => Math.log(close / (bars[index]?.close ?? NaN)));
}
