import { referenceBaseline } from './baselines/rolling-quantile';
import { type Abstention, type ForecastAnswer, type Forecaster } from './forecaster';
import { type History } from './history';
import { HORIZONS } from './horizons';
import { corruptModel, type ModelFiles, parseModelFile } from './lstm/layers-model-file';
import { loadLstm, type LstmModel } from './lstm/lstm-model';
import { FilteredSimulation } from './simulation/filtered-simulation';
import { ewmaScale } from './volatility/ewma-scale';
import { type GjrParameters, gjrScale, persistenceOf } from './volatility/gjr-garch';
import { HAR_REGRESSORS, type HarParameters, harScale } from './volatility/har';
import { type ScaleModel } from './volatility/scale-model';

/** Forecasters that learn no network: what serves where no model is fit to. The first needs the least history. */
export const BASELINES = ['rolling-quantile-250', 'ewma-fhs', 'har-fhs', 'gjr-fhs'] as const;
export type BaselineName = (typeof BASELINES)[number];

const FITTED = [...BASELINES, 'lstm', 'lstm-fhs', 'blend-raw', 'blend'] as const;
export type FittedName = (typeof FITTED)[number];

/** What was fitted, each by itself, and forecasters are put together of. */
export interface FittedParts {
  readonly har?: HarParameters;
  readonly gjr?: GjrParameters;
  readonly lstm?: LstmModel;
}

/** The parts that each is put together of. */
const PARTS: Readonly<Record<FittedName, readonly (keyof FittedParts)[]>> = {
  'rolling-quantile-250': [],
  'ewma-fhs': [],
  'har-fhs': ['har'],
  'gjr-fhs': ['gjr'],
  lstm: ['lstm'],
  'lstm-fhs': ['lstm'],
  'blend-raw': ['har', 'gjr', 'lstm'],
  blend: ['har', 'gjr', 'lstm'],
};

const FILE = 'forecaster.json';

/** What a forecaster is put together of, beside the files of its network. A network alone has no such file, as in release 0.1. */
interface ForecasterFile {
  readonly format: 'closing-bell-forecaster';
  readonly version: 1;
  readonly forecaster: FittedName;
  readonly har?: HarParameters;
  readonly gjr?: GjrParameters;
}

/** A forecaster that has learnt all it needs and can be stored: loaded from its files it says the same to the bit. */
export class FittedForecaster implements Forecaster {
  readonly files: ModelFiles;
  private readonly forecaster: Forecaster;

  /** Throws an Error where a part is missing. */
  constructor(
    readonly name: FittedName,
    private readonly parts: FittedParts,
  ) {
    this.forecaster = assembled(name, parts);
    this.files = filesOf(name, parts);
  }

  /** Its network; undefined where it has none. */
  get network(): LstmModel | undefined {
    return this.parts.lstm;
  }

  forecasts(history: History, origins: readonly number[]): ForecastAnswer[] {
    return this.forecaster.forecasts(history, origins);
  }

  outsideDomain(history: History, origins: readonly number[]): (Abstention | undefined)[] {
    return this.forecaster.outsideDomain?.(history, origins) ?? origins.map(() => undefined);
  }
}

/** Loads a forecaster from its files. Throws PermanentError `corrupt-model` where they cannot be read. */
export async function loadForecaster(files: ModelFiles): Promise<FittedForecaster> {
  if (files[FILE] === undefined) return new FittedForecaster('lstm', { lstm: await loadLstm(files) });
  const { format, version, forecaster, har, gjr } = parseModelFile<ForecasterFile>(files, FILE);
  if (format !== 'closing-bell-forecaster' || version !== 1) {
    throw corruptModel(FILE, 'it is not of format closing-bell-forecaster, version 1');
  }
  if (!FITTED.includes(forecaster)) {
    throw corruptModel(FILE, `its forecaster "${forecaster}" is none of ${FITTED.join(', ')}`);
  }
  const needed = PARTS[forecaster];
  return new FittedForecaster(forecaster, {
    ...(needed.includes('har') ? { har: checkedHar(har) } : {}),
    ...(needed.includes('gjr') ? { gjr: checkedGjr(gjr) } : {}),
    ...(needed.includes('lstm') ? { lstm: await loadLstm(files) } : {}),
  });
}

/** Whether a forecaster is one of those that serve where no model is fit to. */
export function isBaseline(forecaster: string): boolean {
  return BASELINES.some((name) => name === forecaster);
}

function assembled(name: FittedName, parts: FittedParts): Forecaster {
  switch (name) {
    case 'rolling-quantile-250':
      return referenceBaseline;
    case 'lstm':
      return part(name, parts.lstm);
    case 'ewma-fhs':
      return new FilteredSimulation({ name, components: [ewmaScale], tracked: false });
    case 'har-fhs':
    case 'gjr-fhs':
    case 'lstm-fhs':
    case 'blend-raw':
      return new FilteredSimulation({ name, components: scalesOf(name, parts), tracked: false });
    case 'blend':
      return new FilteredSimulation({ name, components: scalesOf(name, parts), tracked: true });
  }
}

function scalesOf(name: FittedName, { har, gjr, lstm }: FittedParts): ScaleModel[] {
  return PARTS[name].map((needed) => {
    switch (needed) {
      case 'har':
        return harScale(part(name, har));
      case 'gjr':
        return gjrScale(part(name, gjr));
      case 'lstm':
        return part(name, lstm).scaleModel();
    }
  });
}

function part<T>(name: FittedName, fitted: T | undefined): T {
  if (fitted === undefined) throw new Error(`${name} needs ${PARTS[name].join(', ')}, and a part was not fitted`);
  return fitted;
}

function filesOf(name: FittedName, { har, gjr, lstm }: FittedParts): ModelFiles {
  if (name === 'lstm') return lstm?.files ?? {};
  const needed = PARTS[name];
  const file: ForecasterFile = {
    format: 'closing-bell-forecaster',
    version: 1,
    forecaster: name,
    ...(har && needed.includes('har') ? { har } : {}),
    ...(gjr && needed.includes('gjr') ? { gjr } : {}),
  };
  return {
    ...(needed.includes('lstm') ? lstm?.files : {}),
    [FILE]: Buffer.from(`${JSON.stringify(file, null, 2)}\n`),
  };
}

function checkedHar(har: HarParameters | undefined): HarParameters {
  const rows = har?.coefficients ?? [];
  const whole =
    rows.length === HORIZONS && rows.every((row) => row.length === HAR_REGRESSORS && row.every(Number.isFinite));
  if (har === undefined || !whole) {
    throw corruptModel(FILE, `its HAR has not ${HORIZONS} rows of ${HAR_REGRESSORS} coefficients`);
  }
  return har;
}

function checkedGjr(gjr: GjrParameters | undefined): GjrParameters {
  const numbers = gjr && [gjr.mean, gjr.arch, gjr.leverage, gjr.garch, gjr.degreesOfFreedom];
  if (gjr === undefined || !numbers?.every(Number.isFinite) || !(persistenceOf(gjr) < 1)) {
    throw corruptModel(FILE, 'its GJR-GARCH has not five numbers with a persistence below 1');
  }
  return gjr;
}
