import { DriftDetected, FeaturesComputed, modelReady, subscriptions } from '@closing-bell/contracts';
import { message, type MessageContext, OnMessage, type OutgoingMessage } from '@closing-bell/messaging';
import { Controller, Inject } from '@nestjs/common';
import { ModelDecisions } from '@closing-bell/serving';

/** New features and drift alarms each end in a decision on the model that serves. */
@Controller()
export class TrainerController {
  constructor(@Inject(ModelDecisions) private readonly decisions: ModelDecisions) {}

  @OnMessage(subscriptions.trainer.featuresComputed)
  async onFeaturesComputed(computed: FeaturesComputed, { draining }: MessageContext): Promise<OutgoingMessage[]> {
    return [message(modelReady, await this.decisions.decide({ ...computed, trigger: 'features-computed' }, draining))];
  }

  @OnMessage(subscriptions.trainer.driftDetected)
  async onDriftDetected(drift: DriftDetected, { draining }: MessageContext): Promise<OutgoingMessage[]> {
    return [message(modelReady, await this.decisions.decide({ ...drift, trigger: 'drift-detected' }, draining))];
  }
}
