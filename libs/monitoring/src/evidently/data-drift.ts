import { cleaned, type Column, type ColumnType, inferColumnType, type Sample } from './column';
import { defaultTest, type DriftTestName, driftTests } from './drift-test';

/** Columns by name. */
export type Dataset = Readonly<Record<string, Column>>;

/** What one test or threshold is for; the most particular one that is named counts. */
export interface Preferences<T> {
  readonly byColumn?: Readonly<Record<string, T>>;
  readonly byType?: Readonly<Partial<Record<'num' | 'cat', T>>>;
  readonly all?: T;
}

/** What a user of Evidently may set; left out, its defaults count. */
export interface DataDriftOptions {
  readonly types?: Readonly<Record<string, 'num' | 'cat'>>;
  readonly tests?: Preferences<DriftTestName>;
  readonly thresholds?: Preferences<number>;
  /** The data as a whole drifted where this share of the columns did, 0–1. */
  readonly driftShare?: number;
}

/** Drift of one column. */
export interface ColumnDriftScore {
  readonly column: string;
  readonly type: 'num' | 'cat';
  readonly test: DriftTestName;
  /** A p-value or a distance, as the test has it. */
  readonly score: number;
  readonly threshold: number;
  readonly drifted: boolean;
}

/** Drift of a set of columns. */
export interface DataDrift {
  readonly columns: readonly ColumnDriftScore[];
  readonly driftedColumns: number;
  /** Of the columns, 0–1. */
  readonly driftedShare: number;
  readonly driftShare: number;
  readonly drifted: boolean;
}

const DRIFT_SHARE = 0.5;

/**
 * Drift as Evidently's preset measures it, column by column of the reference, with its own choice of type, test and threshold.
 * Throws Error where a column is missing, empty after cleaning, or text or dates. Source: evidently legacy/calculations/data_drift.py.
 */
export function dataDrift(reference: Dataset, current: Dataset, options: DataDriftOptions = {}): DataDrift {
  const columns = Object.entries(reference).map(([column, values]) => {
    const others = current[column];
    if (!others) throw new Error(`The current data have no column "${column}", which the reference has.`);
    return columnDrift(column, values, others, options);
  });
  const driftedColumns = columns.filter(({ drifted }) => drifted).length;
  const driftedShare = columns.length === 0 ? 0 : driftedColumns / columns.length;
  const driftShare = options.driftShare ?? DRIFT_SHARE;
  return { columns, driftedColumns, driftedShare, driftShare, drifted: driftedShare >= driftShare };
}

function columnDrift(name: string, reference: Column, current: Column, options: DataDriftOptions): ColumnDriftScore {
  const type = options.types?.[name] ?? measurable(name, inferColumnType(reference));
  const before = sampleOf(name, 'reference', reference, type);
  const now = sampleOf(name, 'current', current, type);
  const test = preferred(options.tests, name, type) ?? defaultTest(before, now);
  const { defaultThreshold, score, drifted } = driftTests[test];
  const threshold = preferred(options.thresholds, name, type) ?? defaultThreshold;
  const value = score(before, now);
  return { column: name, type, test, score: value, threshold, drifted: drifted(value, threshold) };
}

function sampleOf(name: string, which: string, column: Column, type: 'num' | 'cat'): Sample {
  const sample = cleaned(column, type);
  if (sample.values.length > 0) return sample;
  throw new Error(`Column "${name}" of the ${which} data has no value that is not missing.`);
}

function measurable(name: string, type: ColumnType): 'num' | 'cat' {
  if (type === 'num' || type === 'cat') return type;
  throw new Error(`Column "${name}" holds ${type}, of which no drift is measured. Leave it out, or name its type.`);
}

function preferred<T>(
  { byColumn, byType, all }: Preferences<T> = {},
  column: string,
  type: 'num' | 'cat',
): T | undefined {
  return byColumn?.[column] ?? byType?.[type] ?? all;
}
