import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestClients, TestServer } from './fixtures/server';
import { ServerProcess } from './fixtures/server-process';
import { waitUntil } from './fixtures/wait-until';

describe('the server as a process', () => {
  let dataDirectory: string;
  const processes: ServerProcess[] = [];
  const run = (...args: string[]): ServerProcess => {
    const process = new ServerProcess(args);
    processes.push(process);
    return process;
  };

  beforeEach(() => {
    dataDirectory = mkdtempSync(join(tmpdir(), 'local-pubsub-'));
  });
  afterEach(async () => {
    for (const process of processes.splice(0)) await process.end('SIGKILL');
    rmSync(dataDirectory, { recursive: true, force: true });
  });

  it.each<NodeJS.Signals>(['SIGTERM', 'SIGINT'])(
    'says one line when it is ready and ends with code 0 on %s',
    async (signal) => {
      const server = run('--port', '0', '--data', dataDirectory);
      const address = await server.ready();
      expect(await server.end(signal)).toBe(0);
      expect(server.output).toBe(`local Pub/Sub is ready on ${address}, keeping its data in ${dataDirectory}\n`);
      expect(server.errors).toBe('');
    },
  );

  it('refuses a data directory that another process holds, in one line that says what to do', async () => {
    const first = run('--port', '0', '--data', dataDirectory);
    await first.ready();
    const second = run('--port', '0', '--data', dataDirectory);
    expect(await second.end()).toBe(1);
    expect(second.errors).toBe(
      `The data directory ${dataDirectory} is held by another local Pub/Sub server (process ${first.pid}): ` +
        'stop that one, or give another directory.\n',
    );
    await first.end('SIGKILL');
    const third = run('--port', '0', '--data', dataDirectory);
    await third.ready();
  });

  it('refuses a port in use, in one line that says what to do', async () => {
    const other = run('--port', '0');
    const port = (await other.ready()).split(':')[1] ?? '';
    const server = run('--port', port);
    expect(await server.end()).toBe(1);
    expect(server.errors).toBe(`Port ${port} on 127.0.0.1 is in use: stop what listens there, or give another port.\n`);
  });

  it('on a full disk refuses publishes, keeps what it acknowledged, and goes on when acks made room', async () => {
    const server = new ServerProcess(['--port', '0', '--data', dataDirectory], 4 * 1024 * 1024);
    processes.push(server);
    const clients = new TestClients(await server.ready());
    await clients.createPair('bars');
    const text = 'x'.repeat(300_000);
    let acknowledged = 0;
    const publish = async (): Promise<boolean> => {
      const isTaken = await clients.publishOnce('bars', text);
      if (isTaken) acknowledged++;
      return isTaken;
    };
    while (await publish());
    expect(acknowledged).toBeGreaterThan(5);
    const pulled = await clients.pull('bars', 3);
    await clients.ack('bars', ...pulled);
    acknowledged -= pulled.length;
    await waitUntil('room for another message', publish);
    await clients.close();
    await server.end('SIGKILL');
    const after = await TestServer.start({ dataDirectory });
    expect(after.server.stats().unacked).toBe(acknowledged);
    await after.stop();
  });

  it.each([
    [['--port', 'abc'], 'Port "abc" is not a number'],
    [['--colour', 'red'], "Unknown option '--colour'"],
  ])('refuses the arguments %j with its usage', async (args, sentence) => {
    const server = run(...args);
    expect(await server.end()).toBe(1);
    expect(server.errors).toContain(sentence);
    expect(server.errors).toContain('Usage: local-pubsub');
  });
});
