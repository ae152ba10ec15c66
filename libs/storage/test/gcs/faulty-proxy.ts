import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http';

/** One request that came by. */
export interface PassedRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
}

/**
 * What a proxy does to a request: hands it on (`pass`), hands it on and breaks the connection in place of the answer (`lose`),
 * breaks it at once (`break`), hands it on and never answers (`swallow`), never answers (`hang`), changes the last byte of the answer (`damage`), or answers by itself.
 */
export type Fault =
  'pass' | 'lose' | 'break' | 'swallow' | 'hang' | 'damage' | { readonly status: number; readonly body?: string };

/** A proxy on this machine that does to each request what `faultOf` says, and calls `afterLost` once a lost answer has come. */
export class FaultyProxy {
  readonly seen: PassedRequest[] = [];
  /** What came with each of them. */
  readonly headers: IncomingHttpHeaders[] = [];
  faultOf: (request: PassedRequest) => Fault = () => 'pass';
  afterLost: () => Promise<void> = async () => undefined;
  url = '';
  private readonly server = createServer((request, response) => void this.handle(request, response));

  constructor(private readonly target: () => string) {}

  async start(): Promise<void> {
    await new Promise<void>((listening) => this.server.listen(0, '127.0.0.1', listening));
    this.url = `http://127.0.0.1:${(this.server.address() as { port: number }).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }

  /** Does a fault to the first `times` uploads of bytes, then passes. */
  faultOnUploads(fault: Fault, times = 1): void {
    let left = times;
    this.faultOf = ({ method, url }) => {
      const isUpload = method === 'PUT' || (method === 'POST' && url.includes('uploadType=multipart'));
      return isUpload && left-- > 0 ? fault : 'pass';
    };
  }

  private async handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const seen = { method: incoming.method ?? '', url: incoming.url ?? '' };
    this.seen.push(seen);
    this.headers.push(incoming.headers);
    const body: Buffer[] = [];
    for await (const chunk of incoming) body.push(chunk as Buffer);
    const fault = this.faultOf(seen);
    if (fault === 'hang') return;
    if (fault === 'break') return void incoming.socket.destroy();
    if (typeof fault === 'object') {
      response.writeHead(fault.status, { 'content-type': 'application/json' }).end(fault.body ?? '{}');
      return;
    }
    const answer = await this.ask(incoming, Buffer.concat(body));
    if (fault === 'swallow') return;
    if (fault === 'lose') {
      await this.afterLost();
      incoming.socket.destroy();
      return;
    }
    if (fault === 'damage')
      answer.body.writeUInt8(answer.body.readUInt8(answer.body.length - 1) ^ 1, answer.body.length - 1);
    response.writeHead(answer.status, answer.headers).end(answer.body);
  }

  private ask(
    { method, url, headers }: IncomingMessage,
    body: Buffer,
  ): Promise<{ status: number; headers: Record<string, string | string[] | undefined>; body: Buffer }> {
    return new Promise((resolve, reject) => {
      const { 'transfer-encoding': _, connection: __, ...others } = headers;
      const target = this.target();
      const sent = request(
        `${target}${url}`,
        { method, headers: { ...others, 'content-length': body.length }, agent: false },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.once('end', () => {
            const { location, ...rest } = answer.headers;
            // A session's address leads through the proxy, too.
            const session = location === undefined ? {} : { location: location.replace(target, this.url) };
            const { 'transfer-encoding': ___, connection: ____, ...kept } = rest;
            resolve({
              status: answer.statusCode ?? 500,
              headers: { ...kept, ...session },
              body: Buffer.concat(chunks),
            });
          });
        },
      );
      sent.once('error', reject).end(body);
    });
  }
}
