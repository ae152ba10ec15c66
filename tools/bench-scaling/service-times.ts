import { type ServiceName } from '@closing-bell/contracts';
import { readFileSync, writeFileSync } from 'node:fs';

const FILE = 'docs/benchmarks/scaling.json';

/** What a handler takes of a message, means over many. */
export interface HandlerTimes {
  readonly messages: number;
  /** CPU of its process in milliseconds a message. Where a process has several subscriptions, its CPU is shared out by `wallMilliseconds`. */
  readonly cpuMilliseconds: number;
  /** Milliseconds from the handler's start to its end, beside as many others as its process runs at once. */
  readonly wallMilliseconds: number;
}

export interface ProcessTimes {
  /** CPU from the start of the process until all services were ready. */
  readonly startCpuSeconds: number;
  readonly peakMegabytes: number;
}

/** Service times as they were measured on one machine; all that the simulation takes from reality. */
export interface ServiceTimes {
  readonly measuredOn: string;
  readonly processor: string;
  readonly node: string;
  /** Load average of a minute before and after. */
  readonly load: readonly [number, number];
  readonly symbols: number;
  readonly barsPerSymbol: number;
  readonly coldCloses: number;
  readonly warmCloses: number;
  /** By subscription: the first close of processes that have just started, as pods have, and later ones. */
  readonly cold: Readonly<Record<string, HandlerTimes>>;
  readonly warm: Readonly<Record<string, HandlerTimes>>;
  /** Forecasts by what made them. */
  readonly forecasters: Readonly<Record<string, number>>;
  readonly processes: Readonly<Record<ServiceName, ProcessTimes>>;
  readonly training: {
    readonly trainings: number;
    /** CPU of the trainer and its training process a decision with a training. */
    readonly cpuSeconds: number;
    readonly wallSeconds: number;
    readonly peakMegabytes: number;
  };
}

export function readServiceTimes(): ServiceTimes {
  return JSON.parse(readFileSync(FILE, 'utf8')) as ServiceTimes;
}

export function writeServiceTimes(times: ServiceTimes): void {
  writeFileSync(FILE, `${JSON.stringify(times, null, 2)}\n`);
}
