import {
  encodeRows,
  type ExportFormat,
  exportFormatOf,
  openWarehouse,
  type Relation,
  relationNamed,
  relations,
} from '@closing-bell/warehouse';
import { existsSync, rmSync } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { once } from 'node:events';
import { monitorUrlOf } from '../connection';
import { MonitorClient } from '../monitor-client';
import { CommandError, print, type Terminal } from '../terminal';
import { table } from '../terminal/table';

interface ExportOptions {
  readonly format?: ExportFormat;
  /** File to write; printed where there is none. */
  readonly to?: string;
  /** With the columns that say when a row was written. */
  readonly withProcessing?: boolean;
}

const PROGRESS_MS = 200;

/** Prints the names of all tables and views. */
export function listRelations(terminal: Terminal): void {
  print(
    terminal,
    table(
      ['name', 'what it is'],
      relations.map(({ name, description }) => [name, description]),
    ),
  );
}

/** Writes all rows of a table or view to a file or to the output: the same bytes whichever warehouse they come from. */
export async function exportRelation(terminal: Terminal, name: string, options: ExportOptions): Promise<void> {
  const relation = relationOf(name);
  const { to, withProcessing = false } = options;
  const format = options.format ?? (to === undefined ? 'csv' : exportFormatOf(to));
  if (format === undefined) {
    throw new CommandError(`the name of ${to} tells no format: end it in .csv, .json or .parquet, or add --format`);
  }
  if (format === 'parquet' && to === undefined) {
    throw new CommandError('Parquet is nothing to print: add --to FILE');
  }
  const bytes = bytesOf(terminal, relation, { format, processing: withProcessing });
  if (to === undefined) return printAll(terminal.output, bytes);
  const size = await writeWhole(terminal, to, bytes);
  print(terminal, `${relation.name} → ${to} (${megabytes(size)})`);
}

function relationOf(name: string): Relation {
  try {
    return relationNamed(name);
  } catch (error) {
    throw new CommandError((error as Error).message);
  }
}

/** From the warehouse itself, or, where it is a file that a running monitor holds, through that one. */
async function* bytesOf(
  terminal: Terminal,
  relation: Relation,
  options: { readonly format: ExportFormat; readonly processing: boolean },
): AsyncGenerator<Uint8Array> {
  const { config } = terminal;
  const file = /^duckdb:(.+)$/.exec(config.warehouse)?.[1];
  const monitorUrl = monitorUrlOf(terminal);
  if (file !== undefined && monitorUrl !== undefined) {
    yield* throughMonitor(new MonitorClient(monitorUrl), relation, options);
    return;
  }
  if (file !== undefined && !existsSync(file)) {
    throw new CommandError(`there is no warehouse at ${file} yet: replay a close first, or set CLOSING_BELL_HOME`);
  }
  const warehouse = await openWarehouse(config.warehouse, config);
  try {
    yield* encodeRows(relation, warehouse.rows(relation, options), options);
  } finally {
    await warehouse.close();
  }
}

async function* throughMonitor(
  monitor: MonitorClient,
  { name }: Relation,
  { format, processing }: { readonly format: ExportFormat; readonly processing: boolean },
): AsyncGenerator<Uint8Array> {
  const bytes = await monitor.read(`exports/${name}?format=${format}&processing=${processing}`);
  try {
    yield* bytes;
  } catch (error) {
    throw new CommandError(`the export of ${name} broke off; its log says why. Try again`, { cause: error });
  }
}

async function printAll(output: NodeJS.WriteStream, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const some of bytes) if (!output.write(some)) await once(output, 'drain');
}

/** Writes beside the file and renames: it is whole or not there. Returns its bytes. */
async function writeWhole({ output }: Terminal, to: string, bytes: AsyncIterable<Uint8Array>): Promise<number> {
  // The renaming would put a file in the place of a device such as /dev/null.
  if ((await stat(to).catch(() => undefined))?.isFile() === false) {
    throw new CommandError(`${to} is no file: name one, or leave out --to and lead the output there`);
  }
  const partial = `${to}.${process.pid}.partial`;
  const file = await open(partial, 'wx').catch((error: unknown) => {
    throw new CommandError(`${to} cannot be written: ${(error as Error).message}`, { cause: error });
  });
  const onInterrupt = (): never => {
    rmSync(partial, { force: true });
    process.exit(130);
  };
  process.once('SIGINT', onInterrupt);
  let size = 0;
  let shown = 0;
  try {
    for await (const some of bytes) {
      await file.writeFile(some);
      size += some.length;
      if (output.isTTY && Date.now() - shown > PROGRESS_MS) {
        shown = Date.now();
        output.write(`\r  ${megabytes(size)} …`);
      }
    }
    await file.sync();
    await file.close();
    await rename(partial, to);
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(partial, { force: true });
    throw error;
  } finally {
    process.off('SIGINT', onInterrupt);
    if (output.isTTY) output.write('\r\x1b[K');
  }
  return size;
}

function megabytes(bytes: number): string {
  return bytes < 100_000 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
