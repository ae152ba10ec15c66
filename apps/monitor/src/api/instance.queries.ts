import { Inject, Injectable } from '@nestjs/common';
import { type Instance, type KnownSymbol } from './answers';
import { COUNT_OF_OPEN_DEAD_LETTERS } from './dead-letters.queries';
import { KnownSessions } from './known-sessions';
import { Reader } from './reader';

/** What the configuration says of an instance. */
export type InstanceFacts = Pick<Instance, 'exchange' | 'code' | 'warehouse' | 'actions'>;

/** Under which it is provided. */
export const INSTANCE = Symbol('instance');

@Injectable()
export class InstanceQueries {
  constructor(
    @Inject(Reader) private readonly reader: Reader,
    @Inject(KnownSessions) private readonly sessions: KnownSessions,
    @Inject(INSTANCE) private readonly facts: InstanceFacts,
  ) {}

  async instance(): Promise<Instance> {
    const [latestSession, symbols, open] = await Promise.all([
      this.sessions.latest(),
      this.reader.query<{ symbols: number }>('SELECT COUNT(DISTINCT symbol) AS symbols FROM bars'),
      this.reader.query<{ letters: number }>(COUNT_OF_OPEN_DEAD_LETTERS),
    ]);
    return {
      ...this.facts,
      latestSession,
      symbols: symbols[0]?.symbols ?? 0,
      openDeadLetters: open[0]?.letters ?? 0,
    };
  }

  async symbols(): Promise<readonly KnownSymbol[]> {
    const rows = await this.reader.query<{ symbol: string; sessions: number; last_session: string }>(
      'SELECT symbol, COUNT(*) AS sessions, MAX(session) AS last_session FROM bars GROUP BY symbol ORDER BY symbol',
    );
    return rows.map(({ symbol, sessions, last_session }) => ({ symbol, sessions, lastSession: last_session }));
  }
}
