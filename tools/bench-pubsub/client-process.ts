import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';

/** What a load generator is to do. Sent to it as its only argument, in JSON. */
export type Load =
  | {
      readonly role: 'subscriber';
      readonly address: string;
      readonly subscription: string;
      readonly subscribers: number;
      readonly messages: number;
    }
  | {
      readonly role: 'publisher';
      readonly address: string;
      readonly topic: string;
      readonly messages: number;
      readonly messageBytes: number;
      /** Messages a second; undefined for as fast as they go. */
      readonly rate?: number;
    };

/** What a load generator says. Times are milliseconds since 1970, latencies milliseconds. */
export type Report =
  | { readonly kind: 'ready' }
  | { readonly kind: 'published'; readonly startedAt: number }
  | { readonly kind: 'received'; readonly endedAt: number; readonly p50: number; readonly p99: number };

/** Without it the client looks for Google's metadata server, and warns when there is none. */
const CLIENT_ENVIRONMENT = { ...process.env, METADATA_SERVER_DETECTION: 'none' };

/** A load generator in a process of its own. */
export class ClientProcess {
  readonly #child: ChildProcess;

  constructor(load: Load) {
    this.#child = fork(join(__dirname, 'load-generator.js'), [JSON.stringify(load)], { env: CLIENT_ENVIRONMENT });
  }

  /** Resolves with the first report of this kind; rejects when the process ends without. */
  report<Kind extends Report['kind']>(kind: Kind): Promise<Extract<Report, { kind: Kind }>> {
    return new Promise((resolve, reject) => {
      this.#child.on('message', (report: Report) => {
        if (report.kind === kind) resolve(report as Extract<Report, { kind: Kind }>);
      });
      this.#child.once('exit', (code) => reject(new Error(`A load generator ended (${code}) without "${kind}".`)));
    });
  }

  stop(): void {
    this.#child.removeAllListeners('exit');
    this.#child.kill('SIGKILL');
  }
}
