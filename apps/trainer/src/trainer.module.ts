import { scaleFreeFeatures } from '@closing-bell/features';
import { FitPool } from '@closing-bell/forecasting';
import { calendarOf } from '@closing-bell/market';
import { codeOf, type Config, type Platform } from '@closing-bell/platform';
import { BackgroundDelivery, LocalModelRegistry, ModelClaimedError } from '@closing-bell/registry';
import {
  DecisionLog,
  loadHistory,
  type MlflowDelivery,
  ModelDecisions,
  openMlflowDelivery,
  TrainingCheckpoints,
  type TrainingCheckpointsOptions,
} from '@closing-bell/serving';
import { openObjectStore, SeriesStore } from '@closing-bell/storage';
import { type DynamicModule } from '@nestjs/common';
import { availableParallelism } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { type Logger } from 'pino';
import { TrainerController } from './trainer.controller';
import { TrainerMetrics } from './trainer-metrics';

class TrainerModule {}

/** A training that is cut short loses no more than this, and one that takes less keeps nothing unless it is told to end. */
const CHECKPOINT_EVERY_MILLISECONDS = 10_000;

/** Wires the trainer: series, registry, decisions and policy. */
export function trainerModule({ config, logger, clock, registry: metricsRegistry }: Platform): DynamicModule {
  const objects = openObjectStore(config.objects, config);
  const series = new SeriesStore(objects);
  const fits = new FitPool({
    processes: config.trainingProcesses || availableParallelism(),
    choice: { engine: config.engine, cache: config.cache },
  });
  const metrics = new TrainerMetrics(metricsRegistry);
  const registry = new LocalModelRegistry(objects);
  const mlflow = openMlflowDelivery(config, { objects, from: registry, clock });
  const background = mlflow && tellInBackground(mlflow, config, logger);
  const decisions = new ModelDecisions({
    historyOf: (question) => loadHistory(series, question),
    registry,
    decisions: new DecisionLog(objects),
    calendarOf,
    policy: {
      retrainAfterSessions: config.retrainAfterSessions,
      pauseSessions: config.retrainPauseSessions,
      driftPauseSessions: config.driftPauseSessions,
    },
    training: {
      seed: config.trainingSeed,
      // A network reads what is free of scale; the classic indicators are stored for people to look at.
      featureNames: scaleFreeFeatures.features.map(({ name }) => name),
      lstm: { units: config.lstmUnits, epochs: config.lstmEpochs },
      startAtChampion: config.lstmWarmStart === 'champion',
      fit: metrics.measured(fits.fit),
    },
    checkpoints: new TrainingCheckpoints(objects, {
      everyMilliseconds: CHECKPOINT_EVERY_MILLISECONDS,
      onEvent: logCheckpoint(logger),
    }),
    onChange: (symbol) => background?.wake(symbol),
    code: codeOf(config),
    clock,
    onProgress: ({ symbol, ...progress }) => {
      if (progress.phase === 'training') {
        logger.info({ symbol, ...progress.report }, `training ${symbol}: epoch ${progress.report.epoch}`);
      } else {
        const { combination, rung, loss } = progress.trial;
        logger.info(
          { symbol, rung, combination, loss },
          `training ${symbol}: combination ${combination} of rung ${rung}`,
        );
      }
    },
  });
  return {
    module: TrainerModule,
    controllers: [TrainerController],
    providers: [
      { provide: ModelDecisions, useValue: decisions },
      { provide: TrainerMetrics, useValue: metrics },
      {
        provide: FitPool,
        useValue: {
          onApplicationBootstrap: () => background?.wakeAll(() => registry.names()),
          onApplicationShutdown: () => {
            fits.close();
            // Not waited for: what is being told when the process ends is told again by the next one.
            void background?.close();
          },
        },
      },
    ],
  };
}

function logCheckpoint(logger: Logger): TrainingCheckpointsOptions['onEvent'] {
  return (event, uri) => {
    switch (event.what) {
      case 'resumed':
        return logger.info({ uri, epochs: event.epochs }, `a training goes on after epoch ${event.epochs}`);
      case 'ignored':
        return logger.warn({ uri }, `a training starts anew: it cannot go on from ${uri}, for ${event.reason}`);
      case 'failed':
        return logger.warn(
          { uri, err: event.error },
          `could not ${event.action} the checkpoint ${uri}; the training goes on without`,
        );
    }
  };
}

/** Tells MLflow what the registry holds while the trainer goes on, for as long as that takes. */
function tellInBackground({ delivery }: MlflowDelivery, { mlflow }: Config, logger: Logger): BackgroundDelivery {
  let reached = true;
  return new BackgroundDelivery({
    deliver: (model, signal) => delivery.deliver(model, { signal }),
    sleep: (milliseconds, signal) => setTimeout(milliseconds, undefined, { signal }),
    onDelivered: (model, { told }) => {
      if (!reached) logger.info(`MLflow at ${mlflow} is reached again`);
      reached = true;
      if (told > 0) logger.info({ symbol: model, told }, `MLflow was told ${told} things of ${model}`);
    },
    onListingFailure: (error) => logger.warn({ err: error }, 'MLflow is told later of models, which cannot be listed'),
    onFailure: ({ model, error, permanent, waiting }) => {
      if (error instanceof ModelClaimedError) return logger.debug({ symbol: model }, error.message);
      if (permanent) logger.error({ symbol: model, err: error }, `MLflow refuses what it is told of ${model}`);
      else if (reached) {
        logger.warn(
          { symbol: model, err: error, waiting },
          `MLflow at ${mlflow} is not reached; it will be told later`,
        );
      }
      reached = permanent;
    },
  });
}
