import { BarsIngested, ForecastMade, IngestionRequested, subscriptions } from '@closing-bell/contracts';
import { type PubSub } from '@google-cloud/pubsub';
import { Controller, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { EventEmitter } from 'node:events';
import pino from 'pino';
import { Registry } from 'prom-client';
import { OnMessage } from '../src/on-message';
import { PubSubServer } from '../src/pubsub-server';
import { fakePublisher, received } from './fixtures';

/** A client whose streams are driven by the test. */
class FakeStream extends EventEmitter {
  closed = false;
  async close(): Promise<void> {
    this.closed = true;
  }
  /** Delivers a message and resolves with what became of it. */
  deliver(): Promise<'ack' | 'nack'> {
    return new Promise((resolve) => {
      this.emit('message', { ...received(), ack: () => resolve('ack'), nack: () => resolve('nack') });
    });
  }
}

async function start(controller: Type, reopened: () => Promise<void> = async () => undefined) {
  const streams: FakeStream[] = [];
  const open = () => {
    const stream = new FakeStream();
    streams.push(stream);
    return stream;
  };
  const module = await Test.createTestingModule({ controllers: [controller] }).compile();
  const app = module.createNestMicroservice({
    logger: false,
    strategy: new PubSubServer({
      pubsub: { subscription: open } as unknown as PubSub,
      service: 'ingestor',
      subscriptions: [subscriptions.ingestor.ingestionRequested],
      publisher: fakePublisher({}),
      logger: pino({ level: 'silent' }),
      registry: new Registry(),
      clock: () => new Date(),
      now: () => 0,
      drainTimeoutMilliseconds: 1000,
      beforeReopen: reopened,
    }),
  });
  await app.listen();
  return { app, streams, stream: streams[0]! };
}

describe('PubSubServer', () => {
  it('refuses to start without a handler for a subscription, and says which method to add', async () => {
    @Controller()
    class Empty {}
    await expect(start(Empty)).rejects.toThrow(
      'subscription ingestor.ingestion-requested has no handler: add a method with @OnMessage(subscriptions.ingestor.ingestionRequested) to a controller of apps/ingestor',
    );
  });

  it('refuses to start with two handlers for a subscription', async () => {
    @Controller()
    class Twice {
      @OnMessage(subscriptions.ingestor.ingestionRequested)
      async one(_: IngestionRequested): Promise<void> {}
      @OnMessage(subscriptions.ingestor.ingestionRequested)
      async two(_: IngestionRequested): Promise<void> {}
    }
    await expect(start(Twice)).rejects.toThrow('more than one handler');
  });

  it('refuses to start with a handler for another service’s subscription', async () => {
    @Controller()
    class Stray {
      @OnMessage(subscriptions.ingestor.ingestionRequested)
      async own(_: IngestionRequested): Promise<void> {}
      @OnMessage(subscriptions.monitor.forecastMade)
      async stray(_: ForecastMade): Promise<void> {}
    }
    await expect(start(Stray)).rejects.toThrow('"monitor.forecast-made", which is no subscription of its');
  });

  it('acknowledges after the handler resolved, and not when it threw', async () => {
    const outcomes = [() => Promise.resolve(), () => Promise.reject(new Error('passing'))];
    @Controller()
    class Alternating {
      @OnMessage(subscriptions.ingestor.ingestionRequested)
      handle(message: IngestionRequested): Promise<void> {
        expect(message.symbol).toBe('AAPL');
        return outcomes.shift()!();
      }
    }
    const { app, stream } = await start(Alternating);
    await expect(stream.deliver()).resolves.toBe('ack');
    await expect(stream.deliver()).resolves.toBe('nack');
    await app.close();
  });

  it('waits on close for the running handler, and gives back what has not started', async () => {
    let release = () => {};
    const started = jest.fn();
    @Controller()
    class Slow {
      @OnMessage(subscriptions.ingestor.ingestionRequested)
      handle(_: IngestionRequested): Promise<void> {
        started();
        return new Promise((resolve) => (release = resolve));
      }
    }
    const { app, stream } = await start(Slow);
    const running = stream.deliver();
    const waiting = stream.deliver();
    await new Promise((resolve) => setImmediate(resolve));
    const closed = app.close();
    await expect(waiting).resolves.toBe('nack');
    release();
    await expect(running).resolves.toBe('ack');
    await closed;
    expect(stream.closed).toBe(true);
    expect(started).toHaveBeenCalledTimes(1);
  });

  it('opens a lost stream again, after the topology was seen to', async () => {
    @Controller()
    class Quick {
      @OnMessage(subscriptions.ingestor.ingestionRequested)
      async handle(_: IngestionRequested): Promise<void> {}
    }
    const reopened = jest.fn().mockRejectedValueOnce(new Error('still down')).mockResolvedValue(undefined);
    jest.useFakeTimers({ doNotFake: ['setImmediate'] });
    try {
      const { app, streams, stream } = await start(Quick, reopened as () => Promise<void>);
      stream.emit('error', Object.assign(new Error('NOT_FOUND'), { code: 5 }));
      await jest.advanceTimersByTimeAsync(500);
      expect(streams).toHaveLength(1);
      await jest.advanceTimersByTimeAsync(500);
      expect(reopened).toHaveBeenCalledTimes(2);
      expect(streams).toHaveLength(2);
      await expect(streams[1]!.deliver()).resolves.toBe('ack');
      await app.close();
    } finally {
      jest.useRealTimers();
    }
  });
});

describe('OnMessage', () => {
  it('does not compile on a method that takes another payload', () => {
    class Wrong {
      // @ts-expect-error bars-ingested does not carry a forecast
      @OnMessage(subscriptions.featureService.barsIngested)
      async handle(_: ForecastMade): Promise<void> {}
      @OnMessage(subscriptions.featureService.barsIngested)
      async right(_: BarsIngested): Promise<void> {}
    }
    expect(new Wrong()).toBeDefined();
  });
});
