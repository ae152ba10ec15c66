import {
  barsIngested,
  IngestionRequested,
  ingestionRequested,
  MarketClosed,
  subscriptions,
} from '@closing-bell/contracts';
import { message, type MessageContext, OnMessage, type OutgoingMessage } from '@closing-bell/messaging';
import { Controller, Inject } from '@nestjs/common';
import { Ingestion } from './ingestion';

/** A close fans out into one request a symbol; a request becomes a snapshot of bars. */
@Controller()
export class IngestorController {
  constructor(@Inject(Ingestion) private readonly ingestion: Ingestion) {}

  @OnMessage(subscriptions.ingestor.marketClosed)
  async onMarketClosed(close: MarketClosed, { publishTime }: MessageContext): Promise<OutgoingMessage[]> {
    return this.ingestion.requestsOf(close, publishTime).map((request) => message(ingestionRequested, request));
  }

  @OnMessage(subscriptions.ingestor.ingestionRequested)
  async onIngestionRequested(request: IngestionRequested, { draining }: MessageContext): Promise<OutgoingMessage[]> {
    return [message(barsIngested, await this.ingestion.ingest(request, draining))];
  }
}
