import {
  AttemptFailed,
  BarsIngested,
  barsIngested,
  type DeadLetter,
  DriftDetected,
  driftDetected,
  FeaturesComputed,
  featuresComputed,
  ForecastMade,
  forecastMade,
  IngestionRequested,
  ingestionRequested,
  MarketClosed,
  marketClosed,
  ModelReady,
  modelReady,
  subscriptions,
} from '@closing-bell/contracts';
import { message, type MessageContext, OnMessage, type OutgoingMessage } from '@closing-bell/messaging';
import { Controller, Inject } from '@nestjs/common';
import { Recorder } from './recorder';

const { monitor } = subscriptions;

/** Everything that is said is recorded; a forecast is followed by a look at drift. */
@Controller()
export class MonitorController {
  constructor(@Inject(Recorder) private readonly recorder: Recorder) {}

  @OnMessage(monitor.marketClosed)
  async onMarketClosed(close: MarketClosed, context: MessageContext): Promise<void> {
    const session = await this.recorder.recordClose(close, context);
    await this.recorder.recordEvent(marketClosed, { ...close, session }, context);
  }

  @OnMessage(monitor.ingestionRequested)
  async onIngestionRequested(request: IngestionRequested, context: MessageContext): Promise<void> {
    await this.recorder.recordEvent(ingestionRequested, request, context);
  }

  @OnMessage(monitor.barsIngested)
  async onBarsIngested(ingested: BarsIngested, context: MessageContext): Promise<void> {
    await this.recorder.recordBar(ingested);
    await this.recorder.recordEvent(barsIngested, ingested, context);
  }

  @OnMessage(monitor.featuresComputed)
  async onFeaturesComputed(computed: FeaturesComputed, context: MessageContext): Promise<void> {
    await this.recorder.recordEvent(featuresComputed, computed, context);
  }

  @OnMessage(monitor.modelReady)
  async onModelReady(ready: ModelReady, context: MessageContext): Promise<void> {
    await this.recorder.recordDecision(ready, context);
    await this.recorder.recordEvent(modelReady, ready, context);
  }

  @OnMessage(monitor.forecastMade)
  async onForecastMade(made: ForecastMade, context: MessageContext): Promise<OutgoingMessage[]> {
    await this.recorder.recordForecast(made, context);
    // The event comes last: whoever sees it may rely on what it says having been recorded.
    const drift = await this.recorder.recordDrift(made);
    await this.recorder.recordEvent(forecastMade, made, context);
    return drift ? [message(driftDetected, drift)] : [];
  }

  @OnMessage(monitor.driftDetected)
  async onDriftDetected(drift: DriftDetected, context: MessageContext): Promise<void> {
    await this.recorder.recordEvent(driftDetected, drift, context);
  }

  @OnMessage(monitor.attemptFailed)
  async onAttemptFailed(failed: AttemptFailed, context: MessageContext): Promise<void> {
    await this.recorder.recordFailedAttempt(failed, context);
  }

  @OnMessage(monitor.deadLetters)
  async onDeadLetter(letter: DeadLetter, context: MessageContext): Promise<void> {
    await this.recorder.recordDeadLetter(letter, context);
  }
}
