import { CommandError } from './terminal';

/** The monitor did not answer at all, as while it is started again, or its warehouse did not. */
export class MonitorUnreachableError extends CommandError {}

/** Reads the monitor's API. */
export class MonitorClient {
  constructor(private readonly url: string) {}

  /** @throws CommandError with what the API said, or that it cannot be reached */
  async get<T>(path: string): Promise<T> {
    return (await (await this.ask(path)).json()) as T;
  }

  /**
   * The bytes of an answer as they come; their reading fails where they break off.
   *
   * @throws CommandError with what the API said, or that it cannot be reached
   */
  async read(path: string): Promise<AsyncIterable<Uint8Array>> {
    return (await this.ask(path)).body ?? (async function* () {})();
  }

  private async ask(path: string): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(`${this.url}/api/${path}`);
    } catch (error) {
      throw new MonitorUnreachableError(`the monitor at ${this.url} does not answer; is \`closing-bell up\` running?`, {
        cause: error,
      });
    }
    if (response.ok) return response;
    const body = (await response.json()) as { message?: string };
    const message = body.message ?? `the monitor answered ${response.status}`;
    throw response.status === 503 ? new MonitorUnreachableError(message) : new CommandError(message);
  }
}
