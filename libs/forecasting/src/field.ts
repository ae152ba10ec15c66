import { drift } from './baselines/drift';
import { type FitRequest, type Forecaster } from './forecaster';
import { type History } from './history';
import { literalLstm } from './legacy/literal-lstm';
import { type LiteralOptions } from './legacy/literal-options';
import { type FitNetwork } from './lstm/fit/fit';
import { type LstmOptions } from './lstm/options';
import { type LstmModel } from './lstm/lstm-model';
import { trainLstm } from './lstm/train-lstm';
import { FilteredSimulation } from './simulation/filtered-simulation';
import { ewmaScale } from './volatility/ewma-scale';
import { fitGjrGarch, gjrScale } from './volatility/gjr-garch';
import { fitHar, harScale } from './volatility/har';
import { type ScaleModel } from './volatility/scale-model';

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
      case 'ewma-fhs':
        return simulation(name, [ewmaScale]);
      case 'har-fhs':
        return simulation(name, [this.har()]);
      case 'gjr-fhs':
        return simulation(name, [this.gjr()]);
      case 'lstm':
        return this.lstm();
      case 'lstm-fhs':
        return simulation(name, [(await this.lstm()).scaleModel()]);
      case 'blend-raw':
        return simulation(name, await this.blended());
      case 'blend':
        return new FilteredSimulation({ name, components: await this.blended(), tracked: true });
      case 'literal-lstm':
        return literalLstm(this.settings.literal ?? {}, this.settings.fit).fit(this.known, this.settings);
    }
  }

  private har(): ScaleModel {
    return this.once('har', () => harScale(fitHar(this.known)));
  }

  private gjr(): ScaleModel {
    return this.once('gjr', () => gjrScale(fitGjrGarch(this.known.map(logReturns))));
  }

  private lstm(): Promise<LstmModel> {
    const { featureNames, lstm, seed, signal, fit } = this.settings;
    return this.once('lstm', () =>
      trainLstm({ histories: this.known, featureNames, seed, signal, ...(lstm ? { options: lstm } : {}) }, fit),
    );
  }

  private async blended(): Promise<ScaleModel[]> {
    return [this.har(), this.gjr(), (await this.lstm()).scaleModel()];
  }

  private once<T>(part: string, fit: () => T): T {
    if (!this.fitted.has(part)) this.fitted.set(part, fit());
    return this.fitted.get(part) as T;
  }
}

function simulation(name: string, components: readonly ScaleModel[]): FilteredSimulation {
  return new FilteredSimulation({ name, components, tracked: false });
}

function logReturns({ bars }: History): Float64Array {
  return Float64Array.from(bars.slice(1), ({ close }, index) => Math.log(close / (bars[index]?.close ?? NaN)));
}
