import { type Row, type tables } from '../src';

export const RECORDED = '2020-03-16T20:00:00.123Z';

/** A bar of any symbol. */
export function bar(symbol: string, session: string, close = 100.25): Row<typeof tables.bars> {
  return {
    symbol,
    session,
    open: 1 / 3,
    high: 101,
    low: 99,
    close,
    volume: null,
    source: 'sample',
    snapshot_uri: 'file:///x',
    snapshot_sha256: 'a'.repeat(64),
    repairs: 0,
    recorded_at: RECORDED,
  };
}
