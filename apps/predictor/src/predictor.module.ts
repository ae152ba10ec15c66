import { calendarOf } from '@closing-bell/market';
import { type Platform } from '@closing-bell/platform';
import { LocalModelRegistry } from '@closing-bell/registry';
import { openObjectStore, SeriesStore } from '@closing-bell/storage';
import { type DynamicModule } from '@nestjs/common';
import { ModelCache } from './model-cache';
import { Prediction } from './prediction';
import { PredictorMetrics } from './predictor-metrics';
import { PredictorController } from './predictor.controller';

class PredictorModule {}

/** Wires the predictor: series, models and forecasts. */
export function predictorModule({ config, registry }: Platform): DynamicModule {
  const objects = openObjectStore(config.objects, config);
  const metrics = new PredictorMetrics(registry);
  const prediction = new Prediction({
    objects,
    series: new SeriesStore(objects),
    models: new ModelCache(new LocalModelRegistry(objects), metrics),
    metrics,
    calendarOf,
  });
  return {
    module: PredictorModule,
    controllers: [PredictorController],
    providers: [{ provide: Prediction, useValue: prediction }],
  };
}
