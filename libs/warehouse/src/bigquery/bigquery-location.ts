/** A dataset of BigQuery, in which the warehouse's tables and views are. */
export interface BigQueryLocation {
  readonly projectId: string;
  readonly datasetId: string;
}

const URL_PATTERN = /^bigquery:\/\/([a-z][a-z0-9-]{4,28}[a-z0-9])\/([A-Za-z0-9_]{1,1024})$/;

/** @throws Error for what is not `bigquery://project/dataset` */
export function bigQueryLocation(url: string): BigQueryLocation {
  const [, projectId, datasetId] = URL_PATTERN.exec(url) ?? [];
  if (projectId === undefined || datasetId === undefined) {
    throw new Error(
      `warehouse "${url}": write bigquery://project/dataset; a dataset has letters, digits and underscores`,
    );
  }
  return { projectId, datasetId };
}
