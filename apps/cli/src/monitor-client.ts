import { CommandError } from './terminal';

/** The monitor did not answer at all, as while it is started again, or its warehouse did not. */
export class MonitorUnreachableError extends CommandError {}

/** Reads the monitor's API. */
export class MonitorClient {
  constructor(private readonly url: string) {}

  /** @throws CommandError with what the API said, or that it cannot be reached */
  async get<T>(path: string): Promise<T> {
    let response: Response;
    try {
      response = await fetch(`${this.url}/api/${path}`);
    } catch (error) {
      throw new MonitorUnreachableError(`the monitor at ${this.url} does not answer; is \`closing-bell up\` running?`, {
        cause: error,
      });
    }
    const body: unknown = await response.json();
    if (!response.ok) {
      const message = (body as { message?: string }).message ?? `the monitor answered ${response.status}`;
      throw response.status === 503 ? new MonitorUnreachableError(message) : new CommandError(message);
    }
    return body as T;
  }
}
