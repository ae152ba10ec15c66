import { type ChildProcess, fork } from 'node:child_process';
import { type Socket } from 'node:net';
import { type EngineChoice, type FitNetwork, type FitObserver, type FitTask, type FittedNetwork } from './fit';
import { type FitMessage, type FitRequest } from './fit-messages';

/** How much of what a training process printed goes into an error. */
const PRINTED_LIMIT = 2000;

/**
 * How long an aborted fit has to hand over where it stands and to have it kept: a batch, and an object of a few megabytes. A machine
 * that is taken away leaves 15 s for everything.
 */
const ABORT_MILLISECONDS = 3000;

/** Thrown when a training process failed or died (killed, out of memory): trying again may succeed. */
export class TrainingProcessError extends Error {
  override readonly name = 'TrainingProcessError';

  constructor(
    message: string,
    /** The end of what the process printed on its error stream. */
    readonly printed: string,
  ) {
    super(printed === '' ? message : `${message} It printed: ${printed}`);
  }
}

export interface FitPoolOptions {
  /** Networks fitted at a time, each in a process of its own on one core. */
  readonly processes: number;
  readonly choice: EngineChoice;
  /** Node's own arguments for the processes. */
  readonly execArgv?: readonly string[];
  /** Milliseconds after which a process that nobody needed is ended, and its memory given back. */
  readonly idleLimit?: number;
}

/**
 * Fits networks in processes of their own, so that the caller's event loop stays free. A fit waits for a free process; an
 * abort kills the process that works on it, where checkpoints are kept once it has handed over where it stands. A process that dies
 * fails the fit that it was computing and no other.
 */
export class FitPool {
  private readonly idle: FitProcess[] = [];
  private readonly waiting: (() => void)[] = [];
  private free: number;
  private closed = false;

  constructor(private readonly options: FitPoolOptions) {
    this.free = options.processes;
  }

  /**
   * Rejects with TrainingProcessError where the process failed or died, and with the signal's reason on an abort once its
   * process is gone.
   */
  readonly fit: FitNetwork = async (task, observer) => {
    await this.turn(observer.signal);
    const worker = this.takeProcess();
    try {
      // An abort between being let in and this line.
      observer.signal?.throwIfAborted();
      const fitted = await worker.fit(task, observer);
      this.keep(worker);
      return fitted;
    } catch (error) {
      worker.kill();
      throw error;
    } finally {
      this.passTurn();
    }
  };

  /** Ends the processes that wait for work; one that computes ends with its fit. */
  close(): void {
    this.closed = true;
    this.idle.splice(0).forEach((worker) => worker.kill());
  }

  /** Resolves when there is room for a process; rejects with the reason of an abort. */
  private async turn(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (this.free > 0) {
      this.free--;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const leave = (): void => {
        this.waiting.splice(this.waiting.indexOf(enter), 1);
        reject(signal?.reason as Error);
      };
      const enter = (): void => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      this.waiting.push(enter);
      signal?.addEventListener('abort', leave, { once: true });
    });
  }

  private passTurn(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.free++;
  }

  private takeProcess(): FitProcess {
    for (let worker = this.idle.pop(); worker !== undefined; worker = this.idle.pop()) {
      if (!worker.ended) return worker;
    }
    return new FitProcess(this.options);
  }

  private keep(worker: FitProcess): void {
    if (this.closed) return worker.kill();
    this.idle.push(worker);
    worker.rest(this.options.idleLimit ?? 60_000);
  }
}

/** A training process, which computes one fit at a time. */
class FitProcess {
  ended = false;
  private readonly child: ChildProcess;
  private printed = '';
  private idleTimer: NodeJS.Timeout | undefined;

  constructor({ choice, execArgv = [] }: FitPoolOptions) {
    this.child = fork(require.resolve('./fit-worker'), [JSON.stringify(choice)], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [...execArgv],
    });
    this.child.once('close', () => (this.ended = true));
    // Reported by the fit that runs; without one nobody has to know.
    this.child.on('error', () => undefined);
    this.child.stderr
      ?.setEncoding('utf8')
      .on('data', (text: string) => (this.printed = (this.printed + text).slice(-PRINTED_LIMIT)));
  }

  fit(task: FitTask, { onEpoch, signal, checkpoints }: FitObserver): Promise<FittedNetwork> {
    this.wake();
    return new Promise((resolve, reject) => {
      // One after the other; a fit is not done before they are kept.
      let kept = Promise.resolve();
      let limit: NodeJS.Timeout | undefined;
      const onMessage = (message: FitMessage): void => {
        switch (message.type) {
          case 'epoch':
            return onEpoch?.(message.report, message.origin);
          case 'load':
            return void checkpoints?.load(message.fit).then((state) => this.say({ type: 'loaded', state }));
          case 'save':
            return void (kept = kept.then(() => checkpoints?.save(message.fit, message.state)));
          case 'resumed':
            return checkpoints?.resumed(message.fit, message.epochs);
          case 'ignored':
            return checkpoints?.ignored(message.fit, message.reason);
          case 'aborted':
            return void kept.then(() => finish(() => reject(signal?.reason as Error)));
          case 'fitted':
            return void kept.then(() => finish(() => resolve(message.fitted)));
          case 'failed':
            return finish(() => reject(new TrainingProcessError(`Training failed: ${message.message}`, this.printed)));
        }
      };
      const onClose = (code: number | null, killedBy: string | null): void => {
        const end = killedBy === null ? `ended with code ${code}` : `was killed by ${killedBy}`;
        const death = new TrainingProcessError(`The training process ${end} before it was done.`, this.printed);
        finish(() => reject(signal?.aborted ? (signal.reason as Error) : death));
      };
      const onError = (error: Error): void => finish(() => reject(error));
      const abort = (): void => {
        if (!checkpoints) return this.kill();
        this.say({ type: 'abort' });
        limit = setTimeout(() => this.kill(), ABORT_MILLISECONDS);
      };
      const finish = (settle: () => void): void => {
        clearTimeout(limit);
        this.child.off('message', onMessage).off('close', onClose).off('error', onError);
        signal?.removeEventListener('abort', abort);
        settle();
      };
      this.child.on('message', onMessage).on('close', onClose).on('error', onError);
      signal?.addEventListener('abort', abort, { once: true });
      const every = checkpoints?.everyMilliseconds;
      this.say({ type: 'fit', task, ...(every === undefined ? {} : { checkpointEveryMilliseconds: every }) });
    });
  }

  /** Waits for the next fit without keeping the caller's process alive; ends after `limit` milliseconds without one. */
  rest(limit: number): void {
    this.idleTimer = setTimeout(() => this.kill(), limit);
    for (const handle of this.handles()) handle?.unref();
  }

  kill(): void {
    clearTimeout(this.idleTimer);
    this.child.kill('SIGKILL');
  }

  private say(request: FitRequest): void {
    this.child.send(request, (error) => error && this.kill());
  }

  private wake(): void {
    clearTimeout(this.idleTimer);
    for (const handle of this.handles()) handle?.ref();
  }

  /** What keeps the event loop of the caller alive. */
  private handles(): ({ ref(): void; unref(): void } | null | undefined)[] {
    return [this.child, this.child.channel, this.child.stderr as Socket | null, this.idleTimer];
  }
}
