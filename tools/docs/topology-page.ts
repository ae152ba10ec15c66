import { allSubscriptions, contracts, DEAD_LETTER_TOPIC, publications, SERVICES } from '@closing-bell/contracts';

const HEADER = `<!-- Written by \`make docs\` from libs/contracts/src/topology.ts. Do not edit. -->

# Topology

Which service says what, and who hears it. The payload of each message is in [schemas](schemas/).
`;

/** The topology as a diagram and two tables. */
export function topologyPage(): string {
  return [HEADER, diagram(), messages(), subscriptionTable()].join('\n');
}

function diagram(): string {
  const said = SERVICES.flatMap((service) =>
    publications[service].map((contract) => `  ${service} --> ${contract.name}([${contract.name}])`),
  );
  const heard = allSubscriptions
    .filter(({ service }) => service !== 'monitor')
    .map(({ service, topic }) => `  ${topic} --> ${service}`);
  const recorded = allSubscriptions
    .filter(({ service }) => service === 'monitor')
    .map(({ service, topic }) => `  ${topic} -.-> ${service}`);
  return [
    '```mermaid',
    'flowchart LR',
    '  scheduler{{Cloud Scheduler}} --> market-closed([market-closed])',
    ...said,
    `  ${DEAD_LETTER_TOPIC}([${DEAD_LETTER_TOPIC}])`,
    ...heard,
    ...recorded,
    '```',
    '',
  ].join('\n');
}

function messages(): string {
  return [
    '## Messages',
    '',
    '| topic | CloudEvents type | what it says |',
    '| --- | --- | --- |',
    ...contracts.map(
      ({ name, type, version, description }) =>
        `| ${name} | [\`${type}\`](schemas/${name}.v${version}.json) | ${description} |`,
    ),
    `| ${DEAD_LETTER_TOPIC} | the original’s | What could not be handled, as it came, with the reason. |`,
    '',
  ].join('\n');
}

function subscriptionTable(): string {
  return [
    '## Subscriptions',
    '',
    '| subscription | ordered by key | ack deadline | lease at most | at once | back-off | attempts | keeps acked |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...allSubscriptions.map((subscription) => {
      const { name, ordered, ackDeadlineSeconds, maxLeaseSeconds, concurrency, retry } = subscription;
      const { maxDeliveryAttempts, retainAckedSeconds } = subscription;
      const cells = [
        name,
        ordered ? 'yes' : 'no',
        `${ackDeadlineSeconds} s`,
        `${maxLeaseSeconds} s`,
        concurrency,
        `${retry.minimumBackoffSeconds}–${retry.maximumBackoffSeconds} s`,
        maxDeliveryAttempts ?? 'no limit',
        retainAckedSeconds === undefined ? 'no' : `${retainAckedSeconds / 86_400} days`,
      ];
      return `| ${cells.join(' | ')} |`;
    }),
    '',
  ].join('\n');
}
