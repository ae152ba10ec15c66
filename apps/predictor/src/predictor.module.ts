import { calendarOf } from '@closing-bell/market';
import { type Platform } from '@closing-bell/platform';
import { LocalModelRegistry } from '@closing-bell/registry';
import { openObjectStore, SeriesStore } from '@closing-bell/storage';
import { type DynamicModule } from '@nestjs/common';
import { ModelCache } from './model-cache';
import { Prediction } from './prediction';
import { PredictorController } from './predictor.controller';

class PredictorModule {}

/** Wires the predictor: series, models and forecasts. */
export function predictorModule({ config }: Platform): DynamicModule {
  const objects = openObjectStore(config.objects, config);
  const prediction = new Prediction({
    objects,
    series: new SeriesStore(objects),
    models: new ModelCache(new LocalModelRegistry(objects)),
    calendarOf,
  });
  return {
    module: PredictorModule,
    controllers: [PredictorController],
    providers: [{ provide: Prediction, useValue: prediction }],
  };
}
