import { DriftDetected, FeaturesComputed, modelReady, subscriptions } from '@closing-bell/contracts';
import { message, type MessageContext, OnMessage, type OutgoingMessage } from '@closing-bell/messaging';
import { Controller, Inject } from '@nestjs/common';
import { Training } from './training';

/** New features and drift alarms each end in a decision on the model that serves. */
@Controller()
export class TrainerController {
  constructor(@Inject(Training) private readonly training: Training) {}

  @OnMessage(subscriptions.trainer.featuresComputed)
  async onFeaturesComputed(computed: FeaturesComputed, { draining }: MessageContext): Promise<OutgoingMessage[]> {
    return [message(modelReady, await this.training.decide({ ...computed, trigger: 'features-computed' }, draining))];
  }

  @OnMessage(subscriptions.trainer.driftDetected)
  async onDriftDetected(drift: DriftDetected, { draining }: MessageContext): Promise<OutgoingMessage[]> {
    return [message(modelReady, await this.training.decide({ ...drift, trigger: 'drift-detected' }, draining))];
  }
}
