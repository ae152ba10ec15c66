import { closingBellFeatures } from '@closing-bell/features';
import { type Platform } from '@closing-bell/platform';
import { openObjectStore, SeriesStore } from '@closing-bell/storage';
import { type DynamicModule } from '@nestjs/common';
import { FeatureComputation } from './feature-computation';
import { FeatureServiceController } from './feature-service.controller';

class FeatureServiceModule {}

/** Wires the feature service: the feature set and the store of series. */
export function featureServiceModule({ config }: Platform): DynamicModule {
  const series = new SeriesStore(openObjectStore(config.objects, config));
  return {
    module: FeatureServiceModule,
    controllers: [FeatureServiceController],
    providers: [{ provide: FeatureComputation, useValue: new FeatureComputation(series, closingBellFeatures) }],
  };
}
