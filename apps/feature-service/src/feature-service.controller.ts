import { BarsIngested, featuresComputed, subscriptions } from '@closing-bell/contracts';
import { message, OnMessage, type OutgoingMessage } from '@closing-bell/messaging';
import { Controller, Inject } from '@nestjs/common';
import { FeatureComputation } from './feature-computation';

/** A snapshot of bars becomes a snapshot of features. */
@Controller()
export class FeatureServiceController {
  constructor(@Inject(FeatureComputation) private readonly computation: FeatureComputation) {}

  @OnMessage(subscriptions.featureService.barsIngested)
  async onBarsIngested(ingested: BarsIngested): Promise<OutgoingMessage[]> {
    return [message(featuresComputed, await this.computation.compute(ingested))];
  }
}
