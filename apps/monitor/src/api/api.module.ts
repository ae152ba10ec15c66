import { LocalModelRegistry } from '@closing-bell/registry';
import { type ObjectStore, SeriesStore } from '@closing-bell/storage';
import { type Warehouse } from '@closing-bell/warehouse';
import { type DynamicModule } from '@nestjs/common';
import { ActionQueries } from './action.queries';
import { Actions } from './actions';
import { ActionsController } from './actions.controller';
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
import { LineageController } from './lineage.controller';
import { LineageQueries } from './lineage.queries';
import { ModelQueries, OBJECTS } from './models.queries';
import { ModelsController } from './models.controller';
import { PerformanceQueries } from './performance.queries';
import { ProgressQueries } from './progress.queries';
import { Reader } from './reader';
import { RecordedFeed } from './recorded-feed';
import { RunQueries } from './run.queries';
import { SessionsController } from './sessions.controller';
import { EVERY_HEARTBEAT, StreamController } from './stream.controller';
import { API_TOKEN } from './token.guard';
import { UniverseQueries } from './universe.queries';

/** What the API reads, and what it says of itself. */
export interface ApiDependencies {
  readonly warehouse: Warehouse;
  readonly objects: ObjectStore;
  readonly series: SeriesStore;
  readonly reader: Reader;
  readonly feed: RecordedFeed;
  readonly actions: Actions;
  /** Without it nothing acts. */
  readonly apiToken: string | undefined;
  readonly instance: Omit<InstanceFacts, 'actions'>;
}

/** Holds the API's controllers, so that its description can tell them from others. */
export class ApiModule {}

/** The HTTP API: a controller a subject, its queries beside it. */
export function apiModule(dependencies: ApiDependencies): DynamicModule {
  const { warehouse, objects, series, reader, feed, actions, apiToken, instance } = dependencies;
  return {
    module: ApiModule,
    controllers: [
      InstanceController,
      BarsController,
      ForecastsController,
      DriftController,
      ModelsController,
      LineageController,
      SessionsController,
      DeadLettersController,
      ActionsController,
      StreamController,
      ExportsController,
    ],
    providers: [
      { provide: WAREHOUSE, useValue: warehouse },
      { provide: OBJECTS, useValue: objects },
      { provide: SeriesStore, useValue: series },
      { provide: Reader, useValue: reader },
      { provide: RecordedFeed, useValue: feed },
      { provide: Actions, useValue: actions },
      { provide: API_TOKEN, useValue: apiToken },
      { provide: INSTANCE, useValue: { ...instance, actions: apiToken !== undefined } },
      EVERY_HEARTBEAT,
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
      LineageQueries,
      RunQueries,
      CascadeQueries,
      ProgressQueries,
      DeadLetterQueries,
      ActionQueries,
    ],
  };
}
