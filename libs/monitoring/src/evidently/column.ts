/** What Evidently takes a column for. Of `text` and `datetime` no drift is measured here. */
export type ColumnType = 'num' | 'cat' | 'text' | 'datetime';

/** A value of a categorical column. */
export type Category = number | string | boolean;

/**
 * Values of one column as they come. A typed array has its type's; a list is read as pandas reads one: numbers are integers where every
 * one is whole. null, NaN and ± infinity are missing.
 */
export type Column = Float64Array | Int32Array | readonly (Category | Date | null)[];

/** A numerical column without its missing values. */
export interface NumericalSample {
  readonly type: 'num';
  readonly values: Float64Array;
  /** NumPy makes bins of whole numbers no narrower than 1. */
  readonly integers: boolean;
}

/** A categorical column without its missing values. */
export interface CategoricalSample {
  readonly type: 'cat';
  readonly values: readonly Category[];
}

export type Sample = NumericalSample | CategoricalSample;

/** At most this many distinct integers are categories. */
const MOST_INTEGER_CATEGORIES = 10;
/** More distinct strings than this share of the rows are text. */
const TEXT_SHARE = 0.5;

/** The type that Evidently gives a column of which it is told none. Source: evidently core/datasets.py, infer_column_type. */
export function inferColumnType(column: Column): ColumnType {
  const values = present(column);
  const distinct = new Set(values).size;
  if (values.length > 0 && values.every((value) => value instanceof Date)) return 'datetime';
  if (values.length > 0 && values.every((value) => typeof value === 'string')) {
    return distinct > TEXT_SHARE * values.length ? 'text' : 'cat';
  }
  if (!values.every((value) => typeof value === 'number')) return 'cat';
  return areIntegers(column) && distinct <= MOST_INTEGER_CATEGORIES ? 'cat' : 'num';
}

/** The column as a test takes it, without what is missing: as numbers where the type is `num`, else as categories. */
export function cleaned(column: Column, type: 'num' | 'cat'): Sample {
  const values = present(column);
  return type === 'num'
    ? { type, values: Float64Array.from(values, Number), integers: areIntegers(column) }
    : { type, values: values.map((value) => (value instanceof Date ? value.toISOString() : value)) };
}

function present(column: Column): (Category | Date)[] {
  return Array.from<Category | Date | null>(column).filter(
    (value): value is Category | Date => value !== null && (typeof value !== 'number' || Number.isFinite(value)),
  );
}

/** One missing value makes a column of numbers one of floats. */
function areIntegers(column: Column): boolean {
  return !(column instanceof Float64Array) && column.every((value: unknown) => Number.isInteger(value));
}
