import { Inject, Injectable, NotFoundException } from '@nestjs/common';
import { Reader } from './reader';

/** Where nothing has closed yet, there is nothing that a later day could leave out. */
const LAST_DAY = '9999-12-31';

/** Which sessions and symbols are known at all. */
@Injectable()
export class KnownSessions {
  constructor(@Inject(Reader) private readonly reader: Reader) {}

  /** The latest session that closed; null before the first. */
  async latest(): Promise<string | null> {
    const [row] = await this.reader.query<{ session: string | null }>(
      'SELECT MAX(session) AS session FROM market_closes WHERE session IS NOT NULL',
    );
    return row?.session ?? null;
  }

  /** The session that a page ends with: the one that is asked for, or the latest. */
  async upTo(to: string | undefined): Promise<string> {
    return to ?? (await this.latest()) ?? LAST_DAY;
  }

  /** The latest sessions up to a day, newest first. */
  async last(to: string, limit: number): Promise<string[]> {
    const rows = await this.reader.query<{ session: string }>(
      `SELECT DISTINCT session FROM market_closes WHERE session <= CAST(@to AS DATE) ORDER BY session DESC LIMIT ${limit}`,
      { to },
    );
    return rows.map(({ session }) => session);
  }

  /** Tells a page that is empty from a symbol that nothing is known of. @throws NotFoundException for the latter */
  async mustKnow(symbol: string): Promise<void> {
    const known = await this.reader.query('SELECT symbol FROM bars WHERE symbol = @symbol LIMIT 1', { symbol });
    if (known.length > 0) return;
    throw new NotFoundException(`nothing is known of ${symbol}; replay a close of it first`);
  }
}
