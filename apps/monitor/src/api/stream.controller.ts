import { Controller, Get, Inject, type OnModuleDestroy, Req, Res } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiOperation, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { Recorded } from './answers';
import { RecordedFeed } from './recorded-feed';

/** Often enough that no proxy takes a quiet stream for a dead one. */
const HEARTBEAT_MILLISECONDS = 15_000;

/** The pause between heartbeats, as it is provided. */
const HEARTBEAT = Symbol('heartbeat');
export const EVERY_HEARTBEAT = { provide: HEARTBEAT, useValue: HEARTBEAT_MILLISECONDS };

/** News for pages that are open. */
@ApiTags('stream')
@ApiExtraModels(Recorded)
@Controller('api/stream')
export class StreamController implements OnModuleDestroy {
  private readonly open = new Set<ServerResponse>();

  constructor(
    @Inject(RecordedFeed) private readonly feed: RecordedFeed,
    @Inject(HEARTBEAT) private readonly heartbeat: number,
  ) {}

  /** Ends every stream: an open one would keep the service from stopping. */
  onModuleDestroy(): void {
    for (const answer of this.open) answer.end();
  }

  @Get()
  @ApiOperation({
    summary: 'Server-sent events named `recorded`, each with JSON of what is new; a comment every 15 s.',
    description:
      'Of several instances of the monitor each tells what it recorded itself: a page should also ask now and then.',
  })
  @ApiOkResponse({
    description: 'A stream that does not end; the data of each event is a Recorded.',
    content: { 'text/event-stream': { schema: { $ref: getSchemaPath(Recorded) } } },
  })
  stream(@Req() request: IncomingMessage, @Res() answer: ServerResponse): void {
    answer.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-cache, no-transform',
      // nginx would gather events.
      'X-Accel-Buffering': 'no',
    });
    answer.write(': open\n\n');
    this.open.add(answer);
    const pulse = setInterval(() => answer.write(': still here\n\n'), this.heartbeat);
    const end = this.feed.listen((news) => {
      // A reader that has stopped reading is let go; it asks anew when it comes back.
      if (answer.writableNeedDrain) return void answer.destroy();
      answer.write(news.map((one) => `event: recorded\ndata: ${JSON.stringify(one)}\n\n`).join(''));
    });
    answer.once('close', () => {
      clearInterval(pulse);
      end();
      this.open.delete(answer);
    });
    request.socket.setNoDelay(true);
  }
}
