import { Inject, Injectable } from '@nestjs/common';
import { type Bar, type Bars } from './answers';
import { KnownSessions } from './known-sessions';
import { lastOf } from './pages';
import { Reader } from './reader';

@Injectable()
export class BarQueries {
  constructor(
    @Inject(Reader) private readonly reader: Reader,
    @Inject(KnownSessions) private readonly sessions: KnownSessions,
  ) {}

  async bars(symbol: string, asked: string | undefined, limit: number): Promise<Bars> {
    const to = await this.sessions.upTo(asked);
    const rows = await lastOf({ to, limit: limit + 1 }, (from) =>
      this.reader.query<Bar>(
        `SELECT session, open, high, low, close, volume FROM bars
         WHERE symbol = @symbol AND session BETWEEN CAST(@from AS DATE) AND CAST(@to AS DATE)
         ORDER BY session DESC LIMIT ${limit + 1}`,
        { symbol, from, to },
      ),
    );
    if (rows.length === 0) await this.sessions.mustKnow(symbol);
    return { symbol, bars: rows.slice(0, limit).reverse(), next: rows[limit]?.session ?? null };
  }
}
