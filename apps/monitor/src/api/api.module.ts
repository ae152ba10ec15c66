import { LocalModelRegistry } from '@closing-bell/registry';
import { type ObjectStore, SeriesStore } from '@closing-bell/storage';
import { type Warehouse } from '@closing-bell/warehouse';
import { type DynamicModule } from '@nestjs/common';
import { BarQueries } from './bars.queries';
import { BarsController } from './bars.controller';
import { CascadeQueries } from './cascade.queries';
import { DeadLetterQueries } from './dead-letters.queries';
import { DeadLettersController } from './dead-letters.controller';
import { DriftController } from './drift.controller';
import { DriftQueries } from './drift.queries';
import { ExportsController, WAREHOUSE } from './exports.controller';
import { ForecastQueries } from './forecasts.queries';
import { ForecastsController } from './forecasts.controller';
import { IndicatorQueries } from './indicators.queries';
import { INSTANCE, type InstanceFacts, InstanceQueries } from './instance.queries';
import { InstanceController } from './instance.controller';
import { KnownSessions } from './known-sessions';
import { ModelQueries, OBJECTS } from './models.queries';
import { ModelsController } from './models.controller';
import { PerformanceQueries } from './performance.queries';
import { ProgressQueries } from './progress.queries';
import { Reader } from './reader';
import { RunQueries } from './run.queries';
import { SessionsController } from './sessions.controller';
import { UniverseQueries } from './universe.queries';

/** What the API reads, and what it says of itself. */
export interface ApiDependencies {
  readonly warehouse: Warehouse;
  readonly objects: ObjectStore;
  readonly series: SeriesStore;
  readonly reader: Reader;
  readonly instance: InstanceFacts;
}

class ApiModule {}

/** The HTTP API: a controller a subject, its queries beside it. */
export function apiModule({ warehouse, objects, series, reader, instance }: ApiDependencies): DynamicModule {
  return {
    module: ApiModule,
    controllers: [
      InstanceController,
      BarsController,
      ForecastsController,
      DriftController,
      ModelsController,
      SessionsController,
      DeadLettersController,
      ExportsController,
    ],
    providers: [
      { provide: WAREHOUSE, useValue: warehouse },
      { provide: OBJECTS, useValue: objects },
      { provide: SeriesStore, useValue: series },
      { provide: Reader, useValue: reader },
      { provide: INSTANCE, useValue: instance },
      { provide: LocalModelRegistry, useValue: new LocalModelRegistry(objects) },
      KnownSessions,
      InstanceQueries,
      UniverseQueries,
      BarQueries,
      IndicatorQueries,
      ForecastQueries,
      PerformanceQueries,
      DriftQueries,
      ModelQueries,
      RunQueries,
      CascadeQueries,
      ProgressQueries,
      DeadLetterQueries,
    ],
  };
}
