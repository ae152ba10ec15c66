import { ingestionRequested, PermanentError } from '@closing-bell/contracts';
import pino from 'pino';
import { type Handler } from '../../src/handler';
import { message } from '../../src/message';
import { logging } from '../../src/middlewares/logging';
import { incoming, payload } from '../fixtures';

async function linesOf(handler: Handler): Promise<Record<string, unknown>[]> {
  const lines: Record<string, unknown>[] = [];
  const logger = pino(
    { messageKey: 'message' },
    { write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) },
  );
  let now = 0;
  await logging(logger, () => (now += 12.34))(handler)(incoming()).catch(() => undefined);
  return lines;
}

describe('logging', () => {
  it('writes one line with the message’s identity and what it led to, and never the payload', async () => {
    const lines = await linesOf(async () => [message(ingestionRequested, payload)]);
    expect(lines).toEqual([
      expect.objectContaining({
        message: 'ingestion-requested AAPL → ingestion-requested',
        subscription: 'ingestor.ingestion-requested',
        id: 'b'.repeat(32),
        correlationId: 'c'.repeat(32),
        attempt: 1,
        milliseconds: 12.3,
      }),
    ]);
    expect(JSON.stringify(lines)).not.toContain('forceRetrain');
  });

  it('warns of a failure that will be tried again, with its cause', async () => {
    const lines = await linesOf(() => Promise.reject(new Error('the source is down')));
    expect(lines).toEqual([
      expect.objectContaining({
        level: 40,
        err: expect.objectContaining({ message: 'the source is down' }) as unknown,
      }),
    ]);
  });

  it('leaves a permanent failure to the line that the dead letter writes', async () => {
    expect(await linesOf(() => Promise.reject(new PermanentError('no', { reason: 'x' })))).toEqual([]);
  });
});
