import { type ServiceName, SERVICES } from '@closing-bell/contracts';
import { type Workload, WORKLOADS } from '../kubernetes/workloads';
import { ASSUMED, WAITS } from './assumptions';
import { alwaysThere, costOf, totalCost } from './cost';
import { HOURS_A_MONTH, PRICES, SESSIONS_A_MONTH } from './prices';
import { ALARMS_A_MONTH, BACKTEST, type Scenario } from './scenario';
import { type ServiceTimes } from './service-times';
import { type Outcome } from './simulation';

/** A scenario and what came of it. */
export interface Simulated {
  readonly scenario: Scenario;
  readonly outcome: Outcome;
}

/** All that was simulated of one number of symbols. */
export interface Size {
  readonly symbols: number;
  readonly usual: Simulated;
  /** When the last forecast was there at the same close with other seeds, seconds. */
  readonly otherSeeds: readonly number[];
  readonly others: readonly Simulated[];
  readonly alternatives: readonly Simulated[];
  /** Name of the file that shows the usual close. */
  readonly picture: string;
}

/** Writes the page. */
export function reportOf(times: ServiceTimes, sizes: readonly Size[], seed: number): string {
  return [
    '<!-- Written by `make bench-scaling`. Do not edit. -->',
    '',
    '# Scaling at the close, simulated',
    '',
    'No cluster was at hand. What a message takes of each service was measured with the five real processes; what a cluster does with it is',
    'simulated from the generated manifests: the settings are read from the code that writes `k8s/`, so a change there is a change here.',
    'Minutes count from the scheduler’s message, a quarter of an hour after the close.',
    '',
    ...sizes.flatMap(({ symbols, usual, otherSeeds, picture }) => [
      `## ${count(symbols)} symbols`,
      '',
      ...summaryOf(usual, otherSeeds),
      '',
      `![Pods and backlog of each service over a close of ${count(symbols)} symbols](${picture})`,
      '',
    ]),
    '## What it shows',
    '',
    ...findings(times, sizes),
    '',
    '## What else may happen',
    '',
    ...sizes.flatMap(({ symbols, usual, others }) => [
      `${count(symbols)} symbols, minutes; most pods of ingestor · feature-service · trainer · predictor · monitor; dollars a day of pods.`,
      '',
      ...closesTable([usual, ...others]),
      '',
    ]),
    '## What it costs',
    '',
    ...costSection(sizes),
    '',
    '## Other settings',
    '',
    'A usual close with other settings; numbers are thousandths of a core that a pod asks for.',
    '',
    ...sizes.flatMap(({ symbols, usual, alternatives }) => [
      `${count(symbols)} symbols:`,
      '',
      ...closesTable([usual, ...alternatives]),
      '',
    ]),
    '## Measured',
    '',
    ...measuredSection(times),
    '',
    '## Assumed',
    '',
    ...assumedSection(seed),
    '',
  ].join('\n');
}

function summaryOf({ scenario, outcome }: Simulated, otherSeeds: readonly number[]): string[] {
  const { forecasts, lastRow } = outcome;
  const { day, month } = totalCost(scenario, outcome);
  return [
    `The first forecast is there after ${minutes(forecasts[0])} minutes, half of them after ${minutes(middleOf(forecasts))},`,
    `the last after **${minutes(forecasts.at(-1))}** (with ${otherSeeds.length} other seeds ${minutes(Math.min(...otherSeeds))} to ${minutes(Math.max(...otherSeeds))}); the last row is in the warehouse after ${minutes(lastRow)}.`,
    `The pods cost **${dollars(day)}** on such a day and ${dollars(month)} a month.`,
  ];
}

function findings({ training }: ServiceTimes, sizes: readonly Size[]): string[] {
  const last = (wanted: (scenario: Scenario) => boolean): string =>
    sizes
      .map(({ symbols, usual, others, alternatives }) => {
        const found = [usual, ...others, ...alternatives].find(({ scenario }) => wanted(scenario));
        return `${minutes(found?.outcome.forecasts.at(-1))} minutes for ${count(symbols)}`;
      })
      .join(' and ');
  const months = sizes.map(({ others }) => {
    const standing = others.find(({ scenario }) => scenario.scaledBy === 'hpa');
    return standing ? dollars(totalCost(standing.scenario, standing.outcome).month) : '–';
  });
  const cpuOf = ({ workloads }: Scenario, service: ServiceName) =>
    workloads.find((workload) => workload.service === service)?.cpu;
  return [
    `- Cloud Monitoring speaks of a queue ${ASSUMED.lagSeconds.map((seconds) => seconds / 60).join(' to ')} minutes late, and a node takes another. The pods that are held ready carry what comes until then:`,
    '  of a few hundred symbols nearly all, so that their share of a core counts there, and targets and limits hardly do.',
    `- Without them each step of the cascade waits for its own first pod: the last forecast comes after ${last(({ warmPods }) => warmPods === 0)}.`,
    `- Two of each held ready: ${last(({ warmPods }) => warmPods === 2)}. With thousands of symbols the steps scale one after another, each late; a faster feature service`,
    `  sends the queue on sooner: with a whole core each ${last((scenario) => cpuOf(scenario, 'feature-service') === 1000 && cpuOf(scenario, 'ingestor') === 250)}.`,
    `- A training takes ${training.cpuSeconds.toFixed(1)} CPU seconds, for it stops early. All symbols on one day: ${last(({ trains }) => trains === 1)}.`,
    `- The monitor that is never away is most of the cost; with a pod of each all day, as without KEDA, the pods come to ${months.join(' and ')} a month.`,
  ];
}

function closesTable(simulated: readonly Simulated[]): string[] {
  const [usual] = simulated;
  return table(
    ['', 'first forecast', 'median', 'last', 'last row', 'most pods', '$ a day', '$ a month'],
    simulated.map(({ scenario, outcome }) => {
      const { forecasts, lastRow, points } = outcome;
      const { day, month } = totalCost(scenario, outcome);
      const most = SERVICES.map((service) => Math.max(...points[service].map(({ placed }) => placed)));
      return [
        scenario === usual?.scenario ? `**${scenario.name}**` : scenario.name,
        minutes(forecasts[0]),
        minutes(middleOf(forecasts)),
        minutes(forecasts.at(-1)),
        minutes(lastRow),
        most.join(' · '),
        day.toFixed(2),
        month.toFixed(2),
      ];
    }),
  );
}

function costSection(sizes: readonly Size[]): string[] {
  const { ordinary, spot, cluster, asOf, region } = PRICES;
  const rows = WORKLOADS.map((workload) => [
    workload.service,
    `${workload.cpu} · ${workload.memory}${workload.spot ? ' · Spot' : ''}`,
    ...sizes.flatMap(({ usual }) => {
      const cost = costOf(workload, usual.outcome, alwaysThere(workload, usual.scenario.scaledBy));
      return [hours(usual.outcome.podSeconds[workload.service]), cost.day.toFixed(3), cost.month.toFixed(2)];
    }),
  ]);
  const total = sizes.flatMap(({ usual }) => {
    const cost = totalCost(usual.scenario, usual.outcome);
    return ['', `**${cost.day.toFixed(3)}**`, `**${cost.month.toFixed(2)}**`];
  });
  const fee = HOURS_A_MONTH * cluster.hour;
  return [
    ...table(
      [
        'service',
        'thousandths · MiB',
        ...sizes.flatMap(({ symbols }) => [`${count(symbols)}: pod hours a day`, '$ a day', '$ a month']),
      ],
      [...rows, ['**all pods**', '', ...total]],
    ),
    '',
    `Prices of Autopilot in ${region}, from memory as of ${asOf} and to be checked against the price list: $${ordinary.cpu} a vCPU and`,
    `$${ordinary.gibibyte} a GiB an hour, on Spot about $${spot.cpu} and $${spot.gibibyte}. A month has ${SESSIONS_A_MONTH} sessions and ${HOURS_A_MONTH} hours; the monitor’s first pod`,
    `is paid for all of them. The cluster’s fee is $${cluster.hour} an hour, ${dollars(fee)} a month, less $${cluster.freeMonth} that a billing account has free: nothing for`,
    'its first cluster. Left out: KEDA’s own pods and those of the cluster’s add-ons that Autopilot bills, ephemeral storage, Pub/Sub, logs, the network, the pods held ready',
    'on weekdays without a session. BigQuery is apart: `closing-bell cost`.',
  ];
}

function measuredSection(times: ServiceTimes): string[] {
  const { training, processes } = times;
  const handlers = [...new Set([...Object.keys(times.cold), ...Object.keys(times.warm)])];
  const forecasters = Object.entries(times.forecasters).map(([name, made]) => `${made} by ${name}`);
  return [
    `${times.measuredOn}, ${times.processor}, Node ${times.node}, with other work on the machine: its load was ${times.load.map((load) => load.toFixed(1)).join(' before and ')} after, so`,
    `wall times are long and CPU seconds are what counts. Closes of ${times.symbols} real stocks with ${count(times.barsPerSymbol)} bars each through the five processes and the embedded Pub/Sub, read from`,
    `their metrics: ${times.coldCloses} first closes after a start, as pods have that were away since yesterday, and ${times.warmCloses} later ones. The simulation takes the first. Forecasts: ${forecasters.join(', ')}.`,
    '`make bench-scaling MEASURE=../shared/data` measures anew.',
    '',
    ...table(
      ['handler', 'messages, first closes', 'CPU ms each', 'wall ms', 'messages, later', 'CPU ms each', 'wall ms'],
      handlers.map((name) => [
        name,
        ...[times.cold[name], times.warm[name]].flatMap((handler) =>
          handler
            ? [String(handler.messages), handler.cpuMilliseconds.toFixed(1), handler.wallMilliseconds.toFixed(0)]
            : ['–', '–', '–'],
        ),
      ]),
    ),
    '',
    'Where a service has several subscriptions, its CPU is shared out by the time that their handlers took. The monitor writes to DuckDB here and to',
    'BigQuery there: its CPU stands in for that of BigQuery’s client, though DuckDB computes in its own process.',
    '',
    ...table(
      ['service', 'CPU s until ready', 'peak memory MB', 'memory asked for MiB', 'limit MiB'],
      WORKLOADS.map((workload: Workload) => {
        const process = processes[workload.service];
        return [
          workload.service,
          process.startCpuSeconds.toFixed(2),
          process.peakMegabytes.toFixed(0),
          String(workload.memory),
          String(workload.memoryLimit),
        ];
      }),
    ),
    '',
    `A decision that trains (${training.trainings} of them, settings as they are by default) takes ${training.cpuSeconds.toFixed(1)} CPU seconds, ${training.wallSeconds.toFixed(1)} of wall time here; trainer and training process together`,
    `reached ${training.peakMegabytes.toFixed(0)} MB.`,
  ];
}

function assumedSection(seed: number): string[] {
  const { lagSeconds, nodeSeconds, spread } = ASSUMED;
  const waits = Object.entries(WAITS).map(([name, { objects = 0, appends = 0, queries = 0, vendor = false }]) => [
    name,
    String(objects),
    String(appends),
    String(queries),
    vendor ? 'yes' : '',
  ]);
  return [
    ...table(
      ['what', 'value', 'source'],
      [
        ['Cloud Monitoring samples a subscription', `every ${ASSUMED.sampleSeconds} s`, 'Google, metrics of Pub/Sub'],
        [
          'a sample is visible after',
          `${lagSeconds.join(' to ')} s`,
          'about two minutes in kedacore/keda#5613, four at most by Google',
        ],
        ['the autoscaler looks', `every ${ASSUMED.autoscalerSeconds} s`, 'Kubernetes, default'],
        [
          'the autoscaler’s formula and tolerance',
          '⌈sum ÷ target⌉, 10 %',
          'Kubernetes, horizontal pod autoscaling, defaults',
        ],
        [
          'KEDA’s polling, cooldown, stabilisation, policies, targets, limits',
          'as in the manifests',
          '`tools/kubernetes`',
        ],
        [
          'room for one more pod, image included',
          `${nodeSeconds.join(' to ')} s`,
          'assumed; each is taken to need a node',
        ],
        ['a pod computes', 'with what it asks for, no more', 'Autopilot lets pods burst; not counted on'],
        ['an answer of the source of bars', `${ASSUMED.vendorSeconds} s`, 'assumed'],
        ['between two requests of a pod to it', 'as the source for Yahoo Finance has it', '`libs/market`'],
        ['an operation of Cloud Storage', `${ASSUMED.objectSeconds} s`, 'assumed'],
        ['an append to BigQuery · a query', `${ASSUMED.appendSeconds} · ${ASSUMED.querySeconds} s`, 'assumed'],
        ['a publication with its delivery', `${ASSUMED.publishSeconds} s`, 'assumed'],
        ['a message takes', `${spread.join(' to ')} times the mean, uniformly`, 'assumed'],
        [
          'decisions that train after a close',
          `${BACKTEST.trainings - BACKTEST.ofDrift} in the sessions from ${BACKTEST.from} to ${BACKTEST.to}`,
          'backtest of the index, decision 17',
        ],
        [
          'symbols that alarm, each trained once more',
          `${ALARMS_A_MONTH} a month`,
          'thirty stocks in 2017, [drift benchmark](drift.md)',
        ],
        ['a training that is cut short', 'begins again', 'the worst case: checkpoints make it less'],
        ['seed', String(seed), ''],
      ],
    ),
    '',
    'Operations that a handler waits for one after another, by its code. Those of the monitor that are not named append the event alone.',
    '',
    ...table(['handler', 'Cloud Storage', 'appends', 'queries', 'source of bars'], waits),
    '',
    'Not in it: retries and back-off, a vendor that throttles, quotas of the project, pods that Google moves, the rescheduling of pods that wait for Spot machines.',
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, index) => (index === 0 ? '---' : '---:'))), ...rows.map(line)];
}

function middleOf(sorted: readonly number[]): number | undefined {
  return sorted[Math.floor(sorted.length / 2)];
}

function minutes(seconds = NaN): string {
  return (seconds / 60).toFixed(1);
}

function hours(seconds: number): string {
  return (seconds / 3600).toFixed(2);
}

function dollars(amount: number): string {
  return `$${amount.toFixed(2)}`;
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}
