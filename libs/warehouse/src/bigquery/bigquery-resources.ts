import { type Difference, type Resource } from '@closing-bell/provisioning';
import { statusOf } from '@closing-bell/google-cloud';
import type { Dataset, Table, TableMetadata } from '@google-cloud/bigquery';
import { schemaDifference } from '../schema-difference';
import { type Relation, type TableDefinition, type ViewDefinition } from '../table';
import { BigQueryConnection, type BigQueryOptions } from './bigquery-connection';
import {
  bigQueryTables,
  bigQueryViews,
  clusterOf,
  DATASET_DESCRIPTION,
  DEFINITION_LABEL,
  viewIn,
} from './bigquery-definitions';
import { bigQueryDialect } from './bigquery-dialect';
import { type BigQueryField, fieldsOf, sqlTypeOf } from './bigquery-fields';
import { type BigQueryLocation } from './bigquery-location';

/**
 * The dataset, its tables and its views, in the order in which they are made.
 *
 * @param region where the dataset is made, such as EU; it cannot be moved
 */
export function bigQueryResources(location: BigQueryLocation, region: string, options: BigQueryOptions): Resource[] {
  const connection = new BigQueryConnection(location, options);
  return [
    new DatasetResource(connection, region),
    ...bigQueryTables.map((table) => new TableResource(connection, table)),
    ...bigQueryViews.map((view) => new ViewResource(connection, view)),
  ];
}

class DatasetResource implements Resource {
  readonly kind = 'dataset';
  readonly name: string;

  constructor(
    private readonly connection: BigQueryConnection,
    private readonly region: string,
  ) {
    this.name = connection.location.datasetId;
  }

  async difference(): Promise<Difference> {
    const metadata = await this.metadata();
    if (!metadata) return { action: 'create', details: [`in ${this.region}`] };
    if (metadata.location?.toUpperCase() !== this.region.toUpperCase()) {
      return {
        action: 'refuse',
        changes: [`location: ${metadata.location} → ${this.region}`],
        advice: 'A dataset cannot be moved. Set CLOSING_BELL_LOCATION to where it is, or name another one.',
      };
    }
    return metadata.description === DATASET_DESCRIPTION
      ? { action: 'keep' }
      : { action: 'update', changes: [`description: ${DATASET_DESCRIPTION}`] };
  }

  async apply(): Promise<void> {
    await this.connection.ask('make the dataset', async (dataset) => {
      await unlessItExists(dataset.create({ location: this.region, description: DATASET_DESCRIPTION }));
      await dataset.setMetadata({ description: DATASET_DESCRIPTION });
    });
  }

  private metadata(): Promise<{ location?: string; description?: string } | undefined> {
    return this.connection.ask('look at', async (dataset) =>
      unlessMissing(
        dataset.getMetadata().then(([metadata]) => metadata as { location?: string; description?: string }),
      ),
    );
  }
}

class TableResource implements Resource {
  readonly kind = 'table';
  readonly name: string;

  constructor(
    private readonly connection: BigQueryConnection,
    private readonly table: TableDefinition,
  ) {
    this.name = table.name;
  }

  async difference(): Promise<Difference> {
    const metadata = await metadataOf(this.connection, this.table);
    const partition = this.table.partitionBy;
    if (!metadata) {
      const columns = `${Object.keys(this.table.columns).length} columns`;
      return {
        action: 'create',
        details: [columns, ...(partition === undefined ? [] : [`by months of ${partition}`])],
      };
    }
    const { add, relax, conflicts } = this.schemaDifference(metadata);
    const field = metadata.timePartitioning?.field;
    if (field !== partition || (partition !== undefined && metadata.timePartitioning?.type !== 'MONTH')) {
      conflicts.push(`partitions: ${field ?? 'none'} → ${partition === undefined ? 'none' : `months of ${partition}`}`);
    }
    if (conflicts.length > 0) {
      return {
        action: 'refuse',
        changes: conflicts,
        advice: 'It cannot be brought forward where it is. Name another dataset, and replay the closes into it.',
      };
    }
    const changes = [
      ...add.map((column) => `column ${column}: added`),
      ...relax.map((column) => `column ${column}: needs no value any longer`),
      ...(this.isDescribed(metadata) ? [] : ['descriptions or clustering']),
    ];
    return changes.length === 0 ? { action: 'keep' } : { action: 'update', changes };
  }

  async apply(): Promise<void> {
    const { table } = this;
    await this.connection.ask(`make the table ${table.name} in`, async (dataset) => {
      await unlessItExists(
        dataset.createTable(table.name, {
          schema: { fields: fieldsOf(table) },
          description: table.description,
          ...(table.partitionBy === undefined ? {} : { timePartitioning: { type: 'MONTH', field: table.partitionBy } }),
          clustering: { fields: clusterOf(table) },
        }),
      );
      await this.bringForward(dataset);
    });
  }

  private async bringForward(dataset: Dataset): Promise<void> {
    const { table } = this;
    const metadata = await metadataIn(dataset.table(table.name));
    const { add, relax } = this.schemaDifference(metadata);
    const { identifier, relation } = bigQueryDialect(this.connection.location);
    const changes = [
      ...add.map((name) => `ADD COLUMN IF NOT EXISTS ${identifier(name)} ${sqlTypeOf(table.columns[name]!)}`),
      ...relax.map((name) => `ALTER COLUMN ${identifier(name)} DROP NOT NULL`),
    ];
    for (const change of changes) await dataset.query(`ALTER TABLE ${relation(table.name)} ${change}`);
    const byName = new Map(fieldsOf(table).map((field) => [field.name, field]));
    const kept = fieldsIn(metadata).map((field) => ({ ...field, ...byName.get(field.name) }));
    const added = fieldsOf(table).filter(({ name }) => add.includes(name));
    await dataset.table(table.name).setMetadata({
      schema: { fields: [...kept, ...added] },
      description: table.description,
      clustering: { fields: clusterOf(table) },
    });
  }

  private schemaDifference(metadata: TableMetadata): {
    add: readonly string[];
    relax: readonly string[];
    conflicts: string[];
  } {
    const words = new Map(
      fieldsOf(this.table).map(({ name, type, mode }) => [this.table.columns[name], wordOf(type, mode)]),
    );
    const { add, relax, conflicts } = schemaDifference(
      this.table,
      fieldsIn(metadata).map(({ name, type, mode }) => ({
        name,
        type: wordOf(type, mode),
        nullable: mode !== 'REQUIRED',
      })),
      (column) => words.get(column) ?? '',
    );
    return { add, relax, conflicts: [...conflicts] };
  }

  private isDescribed(metadata: TableMetadata): boolean {
    const there = new Map(fieldsIn(metadata).map(({ name, description }) => [name, description]));
    return (
      metadata.description === this.table.description &&
      fieldsOf(this.table).every(({ name, description }) => !there.has(name) || there.get(name) === description) &&
      JSON.stringify(metadata.clustering?.fields ?? []) === JSON.stringify(clusterOf(this.table))
    );
  }
}

class ViewResource implements Resource {
  readonly kind = 'view';
  readonly name: string;
  private readonly made: ReturnType<typeof viewIn>;

  constructor(
    private readonly connection: BigQueryConnection,
    private readonly view: ViewDefinition,
  ) {
    this.name = view.name;
    this.made = viewIn(connection.location, view);
  }

  async difference(): Promise<Difference> {
    const { sql, labels } = this.made;
    const metadata = await metadataOf(this.connection, this.view);
    if (!metadata) return { action: 'create', details: [`${Object.keys(this.view.columns).length} columns`] };
    if (metadata.type !== 'VIEW') {
      return {
        action: 'refuse',
        changes: [`${this.view.name} is a ${String(metadata.type).toLowerCase()}, not a view`],
        advice: 'It is not of this system. Name another dataset, or take it away.',
      };
    }
    const labelled =
      (metadata.labels as Record<string, string> | undefined)?.[DEFINITION_LABEL] === labels[DEFINITION_LABEL];
    // Where BigQuery gives the SQL back, a view that was changed by hand is found, too.
    const isTheSame = metadata.view?.query === undefined || metadata.view.query === sql;
    return labelled && isTheSame ? { action: 'keep' } : { action: 'update', changes: ['its SQL or its descriptions'] };
  }

  async apply(): Promise<void> {
    const {
      view,
      made: { sql, labels },
    } = this;
    const metadata = {
      view: { query: sql, useLegacySql: false },
      description: view.description,
      labels,
    };
    await this.connection.ask(`make the view ${view.name} in`, async (dataset) => {
      await unlessItExists(dataset.createTable(view.name, metadata));
      await dataset.table(view.name).setMetadata(metadata);
      await this.describeColumns(dataset.table(view.name));
    });
  }

  /** A view's columns come from its SQL; their descriptions are set afterwards. */
  private async describeColumns(table: Table): Promise<void> {
    const metadata = await metadataIn(table);
    const descriptions = new Map(fieldsOf(this.view).map(({ name, description }) => [name, description]));
    const fields = fieldsIn(metadata).map((field) => ({ ...field, description: descriptions.get(field.name) ?? '' }));
    if (fields.length > 0) await table.setMetadata({ schema: { fields } });
  }
}

function metadataOf(connection: BigQueryConnection, { name }: Relation): Promise<TableMetadata | undefined> {
  return connection.ask(`look at ${name} in`, (dataset) => unlessMissing(metadataIn(dataset.table(name))));
}

async function metadataIn(table: Table): Promise<TableMetadata> {
  const answer = await table.getMetadata();
  return answer[0] as TableMetadata;
}

function fieldsIn(metadata: TableMetadata): BigQueryField[] {
  const fields =
    (typeof metadata.schema === 'object' && 'fields' in metadata.schema ? metadata.schema.fields : []) ?? [];
  return fields.map(({ name = '', type = '', mode = 'NULLABLE', description = '' }) => ({
    name,
    type,
    mode,
    description,
  }));
}

/** A type with whether it is a list: what cannot be changed. */
function wordOf(type: string, mode: string): string {
  return mode === 'REPEATED' ? `${type}[]` : type;
}

async function unlessMissing<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

async function unlessItExists(creation: Promise<unknown>): Promise<void> {
  try {
    await creation;
  } catch (error) {
    if (statusOf(error) !== 409) throw error;
  }
}
