import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';

/** A request as the stub got it. */
export interface StubRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface StubAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON. */
  readonly body?: object | string | Buffer;
}

/** What to do with a request; without an answer, the connection is cut. */
export type Handler = (request: StubRequest) => StubAnswer | 'cut' | 'hang';

/** An HTTP server in this process that answers as it is told to and keeps what it was asked. */
export class StubServer {
  readonly requests: StubRequest[] = [];
  private handler: Handler = () => ({ status: 500, body: 'no answer was given for this test' });
  private readonly server: Server;

  constructor() {
    this.server = createServer((incoming, response) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const { method = '', url = '', headers } = incoming;
        const request = { method, url, headers, body: Buffer.concat(chunks) };
        this.requests.push(request);
        send(this.handler(request), response);
      });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async start(): Promise<void> {
    await new Promise<void>((listening) => this.server.listen(0, '127.0.0.1', listening));
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  /** Forgets what was asked and answers by this from now on. */
  answer(handler: Handler): void {
    this.requests.length = 0;
    this.handler = handler;
  }

  /** Answers one after the other; the last one goes on. */
  answerInTurn(...answers: readonly (StubAnswer | 'cut' | 'hang')[]): void {
    this.answer(() => answers[this.requests.length - 1] ?? answers.at(-1) ?? {});
  }
}

function send(answer: StubAnswer | 'cut' | 'hang', response: ServerResponse): void {
  if (answer === 'hang') return;
  if (answer === 'cut') {
    response.destroy();
    return;
  }
  const { status = 200, headers = {}, body = {} } = answer;
  const isRaw = typeof body === 'string' || Buffer.isBuffer(body);
  response.writeHead(status, { 'content-type': isRaw ? 'text/plain' : 'application/json', ...headers });
  response.end(isRaw ? body : JSON.stringify(body));
}
