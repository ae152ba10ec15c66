import { FitPool, trainLstm } from '@closing-bell/forecasting';
import { calendarOf } from '@closing-bell/market';
import { type Platform } from '@closing-bell/platform';
import { LocalModelRegistry } from '@closing-bell/registry';
import { openObjectStore, SeriesStore } from '@closing-bell/storage';
import { type DynamicModule } from '@nestjs/common';
import { DecisionLog } from './decision-log';
import { TrainerController } from './trainer.controller';
import { Training } from './training';
import { availableParallelism } from 'node:os';

class TrainerModule {}

/** Wires the trainer: series, registry, decisions and policy. */
export function trainerModule({ config, logger }: Platform): DynamicModule {
  const objects = openObjectStore(config.objects);
  const fits = new FitPool({
    processes: config.trainingProcesses || availableParallelism(),
    choice: { engine: config.engine, cache: config.cache },
  });
  const training = new Training({
    series: new SeriesStore(objects),
    registry: new LocalModelRegistry(objects),
    decisions: new DecisionLog(objects),
    calendarOf,
    policy: { retrainAfterSessions: config.retrainAfterSessions, pauseSessions: config.retrainPauseSessions },
    seed: config.trainingSeed,
    lstm: { units: config.lstmUnits, epochs: config.lstmEpochs },
    startAtChampion: config.lstmWarmStart === 'champion',
    train: (about) => trainLstm(about, fits.fit),
    logger,
  });
  return {
    module: TrainerModule,
    controllers: [TrainerController],
    providers: [
      { provide: Training, useValue: training },
      { provide: FitPool, useValue: { onApplicationShutdown: () => fits.close() } },
    ],
  };
}
