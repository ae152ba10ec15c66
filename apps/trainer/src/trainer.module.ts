import { scaleFreeFeatures } from '@closing-bell/features';
import { FitPool } from '@closing-bell/forecasting';
import { calendarOf } from '@closing-bell/market';
import { codeOf, type Platform } from '@closing-bell/platform';
import { LocalModelRegistry } from '@closing-bell/registry';
import { DecisionLog, loadHistory, ModelDecisions } from '@closing-bell/serving';
import { openObjectStore, SeriesStore } from '@closing-bell/storage';
import { type DynamicModule } from '@nestjs/common';
import { availableParallelism } from 'node:os';
import { TrainerController } from './trainer.controller';

class TrainerModule {}

/** Wires the trainer: series, registry, decisions and policy. */
export function trainerModule({ config, logger, clock }: Platform): DynamicModule {
  const objects = openObjectStore(config.objects);
  const series = new SeriesStore(objects);
  const fits = new FitPool({
    processes: config.trainingProcesses || availableParallelism(),
    choice: { engine: config.engine, cache: config.cache },
  });
  const decisions = new ModelDecisions({
    historyOf: (question) => loadHistory(series, question),
    registry: new LocalModelRegistry(objects),
    decisions: new DecisionLog(objects),
    calendarOf,
    policy: { retrainAfterSessions: config.retrainAfterSessions, pauseSessions: config.retrainPauseSessions },
    training: {
      seed: config.trainingSeed,
      // A network reads what is free of scale; the classic indicators are stored for people to look at.
      featureNames: scaleFreeFeatures.features.map(({ name }) => name),
      lstm: { units: config.lstmUnits, epochs: config.lstmEpochs },
      startAtChampion: config.lstmWarmStart === 'champion',
      fit: fits.fit,
    },
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
      { provide: FitPool, useValue: { onApplicationShutdown: () => fits.close() } },
    ],
  };
}
