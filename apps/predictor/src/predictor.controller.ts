import { forecastMade, ModelReady, subscriptions } from '@closing-bell/contracts';
import { message, OnMessage, type OutgoingMessage } from '@closing-bell/messaging';
import { Controller, Inject } from '@nestjs/common';
import { Prediction } from './prediction';

/** The decided model forecasts the next ten sessions. */
@Controller()
export class PredictorController {
  constructor(@Inject(Prediction) private readonly prediction: Prediction) {}

  @OnMessage(subscriptions.predictor.modelReady)
  async onModelReady(ready: ModelReady): Promise<OutgoingMessage[]> {
    return [message(forecastMade, await this.prediction.forecast(ready))];
  }
}
