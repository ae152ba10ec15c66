import { LocalPubSub } from '@closing-bell/local-pubsub';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServerProcess } from '../../../local-pubsub/test/fixtures/server-process';
import { type RunningServer, type ServerUnderTest } from './server';

const NOT_THERE = {
  snapshots: 'answers UNIMPLEMENTED: seek to a time does the same for one machine',
  schemas: 'answers UNIMPLEMENTED: payloads are checked against their contracts by publisher and handler',
};

/** The embedded server within this process, with nothing on disk. */
export const localInMemory: ServerUnderTest = {
  name: 'local, in memory',
  missing: { ...NOT_THERE, durability: 'keeps everything in memory' },
  async start(): Promise<RunningServer> {
    const server = await LocalPubSub.start();
    return {
      address: server.address,
      restart: () => Promise.reject(new Error('keeps nothing over a restart')),
      stop: () => server.stop(),
    };
  },
};

/** The embedded server as a process that is killed and started again on its data directory. */
export const localDurable: ServerUnderTest = {
  name: 'local, durable',
  missing: NOT_THERE,
  async start(): Promise<RunningServer> {
    const directory = mkdtempSync(join(tmpdir(), 'closing-bell-conformance-'));
    let server = new ServerProcess(['--port', '0', '--data', directory]);
    const address = await server.ready();
    return {
      address,
      restart: async () => {
        await server.end('SIGKILL');
        server = new ServerProcess(['--port', address.split(':')[1] ?? '0', '--data', directory]);
        await server.ready();
      },
      stop: async () => {
        await server.end('SIGTERM');
        rmSync(directory, { recursive: true, force: true });
      },
    };
  },
};
