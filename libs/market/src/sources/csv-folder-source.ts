import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { PermanentError } from '@closing-bell/contracts';
import { type RawBars } from '../bars/bar';
import { parseCsvBars } from './csv-bars';
import { type BarsRequest, type MarketDataSource } from './market-data-source';
import { SourceUnavailableError } from './source-unavailable-error';
import { checkSymbol } from './symbol';

/** The most text that one symbol's file may hold, unpacked: bytes. Two hundred years of daily bars are a tenth of it. */
const SIZE_LIMIT = 64 * 1024 * 1024;

/** What Node says of a file that unpacks to more than is allowed. */
const TOO_LARGE = 'ERR_BUFFER_TOO_LARGE';

/** Error codes that no retry changes. */
const FAULTS: ReadonlyMap<string, string> = new Map([
  [TOO_LARGE, `the file holds more than ${SIZE_LIMIT} bytes`],
  ['ERR_ENCODING_INVALID_ENCODED_DATA', 'the file is not UTF-8 text'],
]);

const ENDINGS = ['.csv', '.csv.gz'];

const unpack = promisify(gunzip);

/** A folder of the user's files, one a symbol: SYMBOL.csv or SYMBOL.csv.gz, in the forms that {@link parseCsvBars} reads. */
export class CsvFolderSource implements MarketDataSource {
  readonly name = 'csv';
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = resolve(folder);
  }

  async bars(request: BarsRequest, signal?: AbortSignal): Promise<RawBars> {
    checkSymbol(request.symbol);
    for (const ending of ENDINGS) {
      const file = join(this.folder, request.symbol + ending);
      const text = await this.read(file, request, signal);
      if (text === undefined) continue;
      return {
        symbol: request.symbol,
        origin: file,
        vouchesFor: { finalBars: false, splitAdjustment: false },
        ...parseCsvBars(text, file, request),
      };
    }
    return this.refuseUnknown(request);
  }

  /** The text of a file; undefined where there is none. */
  private async read(
    file: string,
    { symbol, session }: BarsRequest,
    signal?: AbortSignal,
  ): Promise<string | undefined> {
    try {
      const { size } = await stat(file);
      if (size > SIZE_LIMIT) throw Object.assign(new Error(`${size} bytes`), { code: TOO_LARGE });
      const content = await readFile(file, { signal });
      const bytes = file.endsWith('.gz') ? await unpack(content, { maxOutputLength: SIZE_LIMIT }) : content;
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    } catch (error) {
      signal?.throwIfAborted();
      const code = String((error as { code?: unknown }).code);
      if (code === 'ENOENT') return undefined;
      const fault = code.startsWith('Z_') ? 'the file cannot be unpacked' : FAULTS.get(code);
      if (fault === undefined) {
        throw new SourceUnavailableError(
          `${file} cannot be read (${code}). Check the disk and the file's permissions.`,
          { reason: 'source-down', source: this.name, symbol, session },
          { cause: error },
        );
      }
      throw new PermanentError(
        `${file}: ${fault}. Correct the file, then redrive the message.`,
        { reason: 'unreadable-bars', symbol, session, origin: file, fault },
        { cause: error },
      );
    }
  }

  private async refuseUnknown({ symbol, session }: BarsRequest): Promise<never> {
    let files: string[];
    try {
      files = await readdir(this.folder);
    } catch (error) {
      throw new SourceUnavailableError(
        `The folder of market data, ${this.folder}, cannot be read. Create it, or point the csv: address elsewhere.`,
        { reason: 'source-down', source: this.name, symbol, session },
        { cause: error },
      );
    }
    const symbols = files
      .flatMap((file) => ENDINGS.flatMap((ending) => (file.endsWith(ending) ? [file.slice(0, -ending.length)] : [])))
      .sort();
    const there = symbols.length === 0 ? 'no symbol at all' : symbols.slice(0, 20).join(', ');
    throw new PermanentError(
      `No bars of "${symbol}": looked for ${ENDINGS.map((ending) => symbol + ending).join(' and ')} in ${this.folder}, ` +
        `where there is ${there}${symbols.length > 20 ? ` and ${symbols.length - 20} more` : ''}.`,
      { reason: 'unknown-symbol', symbol, source: this.name, looked: this.folder },
    );
  }
}
