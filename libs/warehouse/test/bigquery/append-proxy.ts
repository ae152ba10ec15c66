import {
  Client,
  credentials,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServiceDefinition,
  status,
} from '@grpc/grpc-js';

const PATH = '/google.cloud.bigquery.storage.v1.BigQueryWrite/AppendRows';
const same = (bytes: Buffer): Buffer => bytes;

/**
 * What the proxy does to an append: hands it on (`pass`), hands it on and breaks the stream in place of the answer (`lose`), hands it on
 * and never answers (`swallow`), or breaks the stream with a status at once.
 */
export type AppendFault = 'pass' | 'lose' | 'swallow' | { readonly code: status; readonly details: string };

/** A proxy of the Storage Write API on this machine that does to each append what `faultOf` says. */
export class AppendProxy {
  faultOf: (append: number) => AppendFault = () => 'pass';
  address = '';
  /** Appends that came by. */
  appends = 0;
  private readonly server = new Server();
  private readonly calls = new Set<ServerDuplexStream<Buffer, Buffer>>();
  private client: Client | undefined;

  constructor(private readonly target: () => string) {
    const service: ServiceDefinition = {
      appendRows: {
        path: PATH,
        requestStream: true,
        responseStream: true,
        requestSerialize: same,
        requestDeserialize: same,
        responseSerialize: same,
        responseDeserialize: same,
      },
    };
    this.server.addService(service, { appendRows: (call: ServerDuplexStream<Buffer, Buffer>) => this.handle(call) });
  }

  async start(): Promise<void> {
    const port = await new Promise<number>((bound, failed) =>
      this.server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, at) =>
        error ? failed(error) : bound(at),
      ),
    );
    this.address = `127.0.0.1:${port}`;
    this.client = new Client(this.target(), credentials.createInsecure());
  }

  stop(): void {
    this.server.forceShutdown();
    this.client?.close();
  }

  /** Ends every stream that is open, as Google does with one on which nothing happens for a while. Resolves when their clients know. */
  async endStreams(): Promise<void> {
    const ended = [...this.calls].map((call) => new Promise((resolve) => call.once('close', resolve)));
    for (const call of this.calls)
      call.emit('error', { code: status.ABORTED, details: 'nothing happened for a while' });
    await Promise.all(ended);
  }

  /** Does a fault to the first `times` appends from now on, then passes. */
  faultOnce(fault: AppendFault, times = 1): void {
    const first = this.appends;
    this.faultOf = (append) => (append < first + times ? fault : 'pass');
  }

  private handle(call: ServerDuplexStream<Buffer, Buffer>): void {
    const { client } = this;
    if (!client) return;
    this.calls.add(call);
    call.once('close', () => this.calls.delete(call));
    const onward = client.makeBidiStreamRequest(PATH, same, same, call.metadata);
    const faults: AppendFault[] = [];
    onward.on('error', () => call.destroy());
    onward.on('data', (answer: Buffer) => {
      const fault = faults.shift();
      if (fault === 'pass') call.write(answer);
      else if (fault === 'lose') {
        call.emit('error', { code: status.UNAVAILABLE, details: 'the connection broke' });
        onward.cancel();
      }
    });
    call.on('data', (request: Buffer) => {
      const fault = this.faultOf(this.appends++);
      if (typeof fault === 'object') {
        call.emit('error', fault);
        onward.cancel();
        return;
      }
      faults.push(fault);
      onward.write(request);
    });
    call.on('end', () => onward.end());
    call.on('cancelled', () => onward.cancel());
  }
}
