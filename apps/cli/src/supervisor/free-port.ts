import { createServer } from 'node:net';

/**
 * A port of this machine that nothing listens at. wanted: 0 for any.
 * @throws Error where the wanted one is taken
 */
export async function freePort(wanted = 0): Promise<number> {
  const probe = createServer();
  await new Promise<void>((listening, failed) => {
    probe.once('error', failed);
    probe.listen(wanted, '127.0.0.1', listening);
  });
  const { port } = probe.address() as { port: number };
  await new Promise((closed) => probe.close(closed));
  return port;
}

/** The wanted port of this machine, or any other one where something listens at it. */
export function freePortNear(wanted: number): Promise<number> {
  return freePort(wanted).catch(() => freePort());
}
