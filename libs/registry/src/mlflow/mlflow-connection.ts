import { type BackOffDependencies, withBackOff } from './back-off';
import { MlflowRefusedError, MlflowUnavailableError } from './mlflow-errors';

/** Where MLflow's server is, and who asks. */
export interface MlflowServer {
  /** `http(s)://host:port`, with the path that a proxy puts in front. */
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  /** Taken in place of user and password. */
  readonly token?: string;
  /** Of a server that has workspaces. */
  readonly workspace?: string;
  /** How long a call may take; by default 30 s, and for the bytes of an artifact five minutes. */
  readonly timeoutMs?: number;
}

/** What asking takes of the world. */
export interface MlflowDependencies extends BackOffDependencies {
  readonly fetch: typeof fetch;
}

export interface MlflowRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** What follows `/api/2.0/`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as it is where it is bytes, else as JSON. */
  readonly body?: object | Buffer;
  /** Whether asking twice does the same as asking once. Only then is it asked again after an answer was lost. */
  readonly repeatable: boolean;
}

const CALL_MS = 30_000;
const TRANSFER_MS = 300_000;
const TRANSFERS = 'mlflow-artifacts/';

/** Nothing was sent, so that even what must not be done twice can be asked again. */
const NOT_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);

const CREDENTIALS =
  'MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN, which is taken before them';

/** MLflow refuses so what its database does, such as the second of two rows that two clients wrote at once. The row is there now. */
const COLLISION = /IntegrityError|UniqueViolation/;

/** Asks MLflow's server over HTTP: credentials, time limits, repetition, and what each failure means. */
export class MlflowConnection {
  private readonly base: string;
  private readonly timeouts: { readonly call: number; readonly transfer: number };
  // Private to the language, so that no log of the object shows them.
  readonly #headers: Readonly<Record<string, string>>;
  readonly #secrets: readonly string[];

  constructor(
    server: MlflowServer,
    private readonly dependencies: MlflowDependencies,
  ) {
    const { username, password, ...address } = addressOf(server.url);
    const user = server.username ?? username;
    const secret = server.password ?? password ?? '';
    const { token, workspace } = server;
    if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) {
      throw new Error(
        'MLFLOW_TRACKING_TOKEN has a character that no HTTP header may hold, such as a line break at its end.',
      );
    }
    const basic = user === undefined ? undefined : Buffer.from(`${user}:${secret}`).toString('base64');
    const authorization = token === undefined ? basic && `Basic ${basic}` : `Bearer ${token}`;
    this.base = address.base;
    this.timeouts = { call: server.timeoutMs ?? CALL_MS, transfer: server.timeoutMs ?? TRANSFER_MS };
    this.#headers = {
      ...(authorization ? { authorization } : {}),
      ...(workspace === undefined ? {} : { 'x-mlflow-workspace': workspace }),
    };
    this.#secrets = [token, basic, secret].filter((text): text is string => Boolean(text));
  }

  /** The address without credentials. */
  get url(): string {
    return this.base;
  }

  /** → the JSON of the answer. @throws MlflowRefusedError, MlflowUnavailableError */
  async json<T extends object>(request: MlflowRequest): Promise<T> {
    const text = (await this.bytes(request)).toString('utf8');
    try {
      const value: unknown = JSON.parse(text);
      if (typeof value === 'object' && value !== null) return value as T;
    } catch {
      // Told below.
    }
    throw this.noServer(request, 'it answers with something other than JSON');
  }

  /** → the bytes of the answer. @throws MlflowRefusedError, MlflowUnavailableError */
  async bytes(request: MlflowRequest): Promise<Buffer> {
    return withBackOff(
      this.dependencies,
      ({ details }) => request.repeatable || !details.mayBeDone,
      () => this.once(request),
    );
  }

  private async once(request: MlflowRequest): Promise<Buffer> {
    const { method, path, query, body } = request;
    const limit = path.startsWith(TRANSFERS) ? this.timeouts.transfer : this.timeouts.call;
    const parameters = query ? `?${new URLSearchParams(query).toString()}` : '';
    const isBytes = Buffer.isBuffer(body);
    let status: number;
    let retryAfter: string | null;
    let location: string | null;
    let answer: Buffer;
    try {
      const response = await this.dependencies.fetch(`${this.base}/api/2.0/${path}${parameters}`, {
        method,
        headers: {
          ...this.#headers,
          ...(body === undefined ? {} : { 'content-type': isBytes ? 'application/octet-stream' : 'application/json' }),
        },
        body: body === undefined ? null : isBytes ? body : JSON.stringify(body),
        // A redirect turns a POST into a GET, and often leads to a page to log in at.
        redirect: 'manual',
        signal: AbortSignal.timeout(limit),
      });
      ({ status } = response);
      retryAfter = response.headers.get('retry-after');
      location = response.headers.get('location');
      answer = Buffer.from(await response.arrayBuffer());
    } catch (error) {
      throw this.notAnswered(request, error, limit);
    }
    if (status >= 200 && status < 300) return answer;
    throw this.failure(request, status, answer.toString('utf8'), { retryAfter, location });
  }

  private notAnswered(request: MlflowRequest, error: unknown, limit: number): MlflowUnavailableError {
    const call = callOf(request);
    if (memberOf(error, 'name') === 'TimeoutError') {
      const details = { reason: 'timed-out', call, mayBeDone: !request.repeatable } as const;
      return new MlflowUnavailableError(
        `MLflow at ${this.base} did not answer ${call} within ${limit / 1000} s. It will be asked again.`,
        details,
      );
    }
    const code = codeOf(error);
    return new MlflowUnavailableError(
      `MLflow at ${this.base} cannot be reached for ${call} (${code}). Check that the server runs and that MLFLOW_TRACKING_URI is its address.`,
      { reason: 'unreachable', call, mayBeDone: !request.repeatable && !NOT_SENT.has(code) },
    );
  }

  private failure(
    request: MlflowRequest,
    status: number,
    text: string,
    headers: { readonly retryAfter: string | null; readonly location: string | null },
  ): Error {
    const call = callOf(request);
    const { code, message } = errorOf(text);
    const said = this.withoutSecrets(message).slice(0, 500);
    if ([408, 429].includes(status) || status >= 500) {
      const seconds = Number(headers.retryAfter ?? NaN);
      return new MlflowUnavailableError(`MLflow at ${this.base} answered ${call} with ${status}: ${said}`, {
        reason: status === 429 ? 'overloaded' : status === 408 ? 'timed-out' : 'failed',
        call,
        mayBeDone: !request.repeatable && status !== 429,
        ...(seconds > 0 ? { retryAfterMs: seconds * 1000 } : {}),
      });
    }
    if (code === 'BAD_REQUEST' && COLLISION.test(message)) {
      return new MlflowUnavailableError(
        `Another client wrote to MLflow at ${this.base} at the same time as ${call}: ${said}`,
        { reason: 'failed', call, mayBeDone: false },
      );
    }
    const refused = (reason: string, advice: string): MlflowRefusedError =>
      new MlflowRefusedError(advice, code ?? String(status), { reason, call, status, said });
    if (status === 401) {
      return refused('mlflow-unauthorised', `MLflow at ${this.base} does not know who asks. Set ${CREDENTIALS}.`);
    }
    if (status === 403 && /host header/i.test(text)) {
      const { host } = new URL(this.base);
      return refused(
        'mlflow-host-refused',
        `MLflow at ${this.base} does not serve under the name ${host}. Start it with --allowed-hosts ${host}, or set MLFLOW_SERVER_ALLOWED_HOSTS there.`,
      );
    }
    if (status === 403) {
      return refused(
        'mlflow-forbidden',
        `MLflow at ${this.base} does not let this user do ${call}: ${said}. Grant the permission, or set ${CREDENTIALS} for one who has it.`,
      );
    }
    if (status >= 300 && status < 400) {
      const target = headers.location === null ? 'elsewhere' : `to ${this.withoutSecrets(originOf(headers.location))}`;
      return refused(
        'mlflow-redirected',
        `MLflow at ${this.base} redirects ${call} ${target}. Set MLFLOW_TRACKING_URI to the server's own address, and ${CREDENTIALS} where that asks for a login.`,
      );
    }
    if (status === 404 && code === undefined) return this.noServer(request, `it knows no ${call}`);
    return refused('mlflow-refused', `MLflow at ${this.base} refuses ${call}: ${said}`);
  }

  private noServer(request: MlflowRequest, found: string): MlflowRefusedError {
    return new MlflowRefusedError(
      `What is at ${this.base} is no MLflow server of version 3 or later: ${found}. Check MLFLOW_TRACKING_URI, with its path where a proxy adds one.`,
      'NO_MLFLOW',
      { reason: 'no-mlflow', call: callOf(request) },
    );
  }

  private withoutSecrets(text: string): string {
    return this.#secrets.reduce((clean, secret) => clean.replaceAll(secret, '***'), text);
  }
}

/** An address's parts. No message shows the text: it may hold a password. */
function addressOf(url: string): { base: string; username?: string; password?: string } {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !['http:', 'https:'].includes(parsed.protocol)) {
    throw new Error('MLFLOW_TRACKING_URI is no address of a server. Write http://host:port.');
  }
  return {
    base: `${parsed.origin}${parsed.pathname.replace(/\/+$/, '')}`,
    ...(parsed.username ? { username: decodeURIComponent(parsed.username) } : {}),
    ...(parsed.password ? { password: decodeURIComponent(parsed.password) } : {}),
  };
}

function callOf({ method, path }: MlflowRequest): string {
  return `${method} ${path}`;
}

function originOf(location: string): string {
  return URL.canParse(location) ? new URL(location).origin : 'another path';
}

/** MLflow says what is wrong as JSON; what stands in front of it says it otherwise. */
function errorOf(text: string): { code: string | undefined; message: string } {
  try {
    const { error_code: code, message } = JSON.parse(text) as { error_code?: unknown; message?: unknown };
    if (typeof code === 'string') return { code, message: typeof message === 'string' ? message : code };
  } catch {
    // Told as it is.
  }
  return {
    code: undefined,
    message:
      text
        .replace(/<[^>]*>/g, ' ')
        .replace(/\s+/g, ' ')
        .trim() || 'no more is said',
  };
}

/** The system's code of what fetch failed with. Its messages are not shown: they may hold headers. */
function codeOf(error: unknown): string {
  const code = memberOf(memberOf(error, 'cause') ?? error, 'code');
  return typeof code === 'string' ? code : 'no answer';
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
