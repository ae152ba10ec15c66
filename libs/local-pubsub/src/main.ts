import { parseArgs } from 'node:util';
import { StartError } from './journal/data-directory';
import { LocalPubSub, type LocalPubSubOptions } from './local-pubsub';

const USAGE = 'Usage: local-pubsub [--host 127.0.0.1] [--port 8085] [--data DIRECTORY]';
const DEFAULT_PORT = '8085';

/** Starts the server as a process of its own: one line on standard output when it is ready; SIGTERM or SIGINT stops it. */
async function main(): Promise<void> {
  const options = readArguments();
  const server = await LocalPubSub.start(options);
  const stop = (): void => {
    server.stop().catch(fail);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  // A supervisor holds the other end of this channel: should it be killed, nobody else would end the server.
  process.once('disconnect', stop);
  process.channel?.unref();
  const kept = options.dataDirectory ? `keeping its data in ${options.dataDirectory}` : 'in memory';
  console.log(`local Pub/Sub is ready on ${server.address}, ${kept}`);
}

function readArguments(): LocalPubSubOptions {
  const { values } = parseArgs({
    options: { host: { type: 'string' }, port: { type: 'string', default: DEFAULT_PORT }, data: { type: 'string' } },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new StartError(`Port "${values.port}" is not a number from 0 to 65535. ${USAGE}`, { port: values.port });
  }
  return { port, ...(values.host && { host: values.host }), ...(values.data && { dataDirectory: values.data }) };
}

function fail(error: unknown): void {
  const isUsage = error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  if (isUsage) console.error(`${error.message} ${USAGE}`);
  else console.error(error instanceof StartError ? error.message : error);
  process.exitCode = 1;
}

main().catch(fail);
