import { allSubscriptions, DEAD_LETTER_TOPIC, SERVICES } from '@closing-bell/contracts';

/** An alert of Cloud Monitoring on what only Pub/Sub knows: it holds where no pod of ours runs at all. */
export interface Alert {
  readonly name: string;
  readonly displayName: string;
  readonly filter: string;
  /** Above this for so long. */
  readonly threshold: number;
  readonly seconds: number;
  readonly documentation: string;
}

// Sources away for an hour are what retries are for.
const OLD_SECONDS = 2 * 3600;

function measure(name: string, subscriptions: readonly string[]): string {
  const ids = subscriptions.map((subscription) => `"${subscription}"`).join(', ');
  return `resource.type = "pubsub_subscription" AND metric.type = "pubsub.googleapis.com/subscription/${name}" AND resource.label.subscription_id = one_of(${ids})`;
}

/** One a service for messages that wait, and one for dead letters that nobody records. */
export const alerts: readonly Alert[] = [
  ...SERVICES.map((service): Alert => {
    const names = allSubscriptions
      .filter((subscription) => subscription.service === service && subscription.topic !== DEAD_LETTER_TOPIC)
      .map(({ name }) => name);
    return {
      name: `closing-bell-${service}-waiting`,
      displayName: `Closing Bell: messages for ${service} wait`,
      filter: measure('oldest_unacked_message_age', names),
      threshold: OLD_SECONDS,
      seconds: 300,
      documentation: `A message for ${service} has waited two hours. See whether its pods run and scale (make status), then the runbook: docs/guide/runbook.md, "Backlog".`,
    };
  }),
  {
    name: 'closing-bell-dead-letters-unrecorded',
    displayName: 'Closing Bell: dead letters are not recorded',
    filter: measure('num_undelivered_messages', [`monitor.${DEAD_LETTER_TOPIC}`]),
    threshold: 0,
    seconds: 3600,
    documentation:
      'Messages were given up, and the monitor has not recorded them for an hour. See whether it runs and reaches BigQuery; docs/guide/runbook.md, "Dead letters".',
  },
];

/** An alert as the API of Cloud Monitoring takes it. Source: AlertPolicy of its REST API. */
export function alertPolicy({ displayName, filter, threshold, seconds, documentation }: Alert) {
  return {
    displayName,
    combiner: 'OR',
    documentation: { content: documentation, mimeType: 'text/markdown' },
    conditions: [
      {
        displayName,
        conditionThreshold: {
          filter,
          comparison: 'COMPARISON_GT',
          thresholdValue: threshold,
          duration: `${seconds}s`,
          aggregations: [{ alignmentPeriod: '60s', perSeriesAligner: 'ALIGN_MAX' }],
        },
      },
    ],
  };
}
