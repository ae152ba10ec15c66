import { closingBellFeatures } from '@closing-bell/features';
import { type Platform } from '@closing-bell/platform';
import { openObjectStore, SeriesStore } from '@closing-bell/storage';
import { type DynamicModule } from '@nestjs/common';
import { FeatureComputation } from './feature-computation';
import { FeatureMetrics } from './feature-metrics';
import { FeatureServiceController } from './feature-service.controller';

class FeatureServiceModule {}

/** Wires the feature service: the feature set and the store of series. */
export function featureServiceModule({ config, registry }: Platform): DynamicModule {
  const series = new SeriesStore(openObjectStore(config.objects, config));
  const computation = new FeatureComputation(series, closingBellFeatures, new FeatureMetrics(registry));
  return {
    module: FeatureServiceModule,
    controllers: [FeatureServiceController],
    providers: [{ provide: FeatureComputation, useValue: computation }],
  };
}
