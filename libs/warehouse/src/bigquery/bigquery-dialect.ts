import { type Dialect } from '../dialect';
import { type BigQueryLocation } from './bigquery-location';

const identifier = (name: string): string => `\`${name}\``;

/** GoogleSQL. Names of relations are whole, as a view must name what it reads. */
export function bigQueryDialect({ projectId, datasetId }: BigQueryLocation): Dialect {
  return {
    identifier,
    relation: (name) => identifier(`${projectId}.${datasetId}.${name}`),
    monthOf: (date) => `CAST(DATE_TRUNC(${date}, MONTH) AS DATE)`,
    millisecondsBetween: (from, to) => `TIMESTAMP_DIFF(${to}, ${from}, MILLISECOND)`,
  };
}
