import { DriftDetected, FeaturesComputed, modelReady, subscriptions } from '@closing-bell/contracts';
import { message, type MessageContext, OnMessage, type OutgoingMessage } from '@closing-bell/messaging';
import { Controller, Inject } from '@nestjs/common';
import { ModelDecisions, type ModelQuestion } from '@closing-bell/serving';
import { TrainerMetrics } from './trainer-metrics';

/** New features and drift alarms each end in a decision on the model that serves. */
@Controller()
export class TrainerController {
  constructor(
    @Inject(ModelDecisions) private readonly decisions: ModelDecisions,
    @Inject(TrainerMetrics) private readonly metrics: TrainerMetrics,
  ) {}

  @OnMessage(subscriptions.trainer.featuresComputed)
  async onFeaturesComputed(computed: FeaturesComputed, context: MessageContext): Promise<OutgoingMessage[]> {
    return this.decide({ ...computed, trigger: 'features-computed' }, context);
  }

  @OnMessage(subscriptions.trainer.driftDetected)
  async onDriftDetected(drift: DriftDetected, context: MessageContext): Promise<OutgoingMessage[]> {
    return this.decide({ ...drift, trigger: 'drift-detected' }, context);
  }

  private async decide(question: ModelQuestion, { draining }: MessageContext): Promise<OutgoingMessage[]> {
    const ready = await this.decisions.decide(question, draining);
    this.metrics.decisions.inc({ decision: ready.decision, trigger: ready.trigger });
    return [message(modelReady, ready)];
  }
}
