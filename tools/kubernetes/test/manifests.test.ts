import { allSubscriptions, publications, SERVICES, topics } from '@closing-bell/contracts';
import { calendarOf } from '@closing-bell/market';
import { loadConfig } from '@closing-bell/platform';
import { bigQueryTables, bigQueryViews } from '@closing-bell/warehouse';
import { existsSync, readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import { configConnector } from '../google/config-connector';
import { grants } from '../google/grants';
import { type KubernetesObject } from '../manifest';
import { networkPolicies } from '../network-policies';
import { placeOf } from '../place';
import { autoscaler, scaledObject } from '../scaling';
import { BASE_SETTINGS, serviceObjects } from '../services';
import { manifests } from '../manifests';
import { FORCED_END_SECONDS, SPOT_GRACE_SECONDS, type Workload, WORKLOADS } from '../workloads';

const PLACE_TEXT = readFileSync('k8s/overlays/gke-staging/place.env', 'utf8');
const PLACE = placeOf(PLACE_TEXT);
const CALENDAR = calendarOf('XNYS');

interface Container {
  readonly args: readonly string[];
  readonly env: readonly { name: string; value: string }[];
  readonly resources: { requests: Record<string, string>; limits: Record<string, string> };
  readonly securityContext: object;
  readonly volumeMounts: readonly { mountPath: string }[];
}

interface PodSpec {
  readonly terminationGracePeriodSeconds: number;
  readonly automountServiceAccountToken: boolean;
  readonly securityContext: object;
  readonly containers: readonly [Container];
}

function podOf(workload: Workload): PodSpec {
  const deployment = serviceObjects(workload).find(({ kind }) => kind === 'Deployment');
  return (deployment?.['spec'] as { template: { spec: PodSpec } }).template.spec;
}

describe('the pods', () => {
  it('are of the five services, each once', () => {
    expect(WORKLOADS.map(({ service }) => service)).toEqual([...SERVICES]);
  });

  it.each(WORKLOADS.map((workload) => [workload.service, workload] as const))(
    'of %s end by themselves before they are killed',
    (_, workload) => {
      const { terminationGracePeriodSeconds, containers } = podOf(workload);
      const environment = Object.fromEntries(containers[0].env.map(({ name, value }) => [name, value]));
      const { drainSeconds } = loadConfig(environment);
      expect(drainSeconds + FORCED_END_SECONDS).toBeLessThan(terminationGracePeriodSeconds);
      if (workload.spot) expect(terminationGracePeriodSeconds).toBeLessThanOrEqual(SPOT_GRACE_SECONDS);
    },
  );

  it('that may be taken away at any time are those of the trainer alone', () => {
    expect(WORKLOADS.filter(({ spot }) => spot).map(({ service }) => service)).toEqual(['trainer']);
  });

  it.each(WORKLOADS.map((workload) => [workload.service, workload] as const))(
    'of %s are held to the restricted standard, write to /tmp alone and start what is built',
    (service, workload) => {
      const { securityContext, automountServiceAccountToken, containers } = podOf(workload);
      const [{ args, securityContext: ofContainer, volumeMounts, resources }] = containers;
      expect(securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
      expect(automountServiceAccountToken).toBe(false);
      expect(ofContainer).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(volumeMounts.map(({ mountPath }) => mountPath)).toEqual(['/tmp']);
      expect(Object.keys(resources.requests)).toEqual(['cpu', 'memory', 'ephemeral-storage']);
      const [program, script = ''] = args;
      expect(program).toBe('node');
      expect(script).toBe(`dist/apps/${service}/src/main.js`);
      expect(existsSync(script.replace(/^dist\//, '').replace(/\.js$/, '.ts'))).toBe(true);
    },
  );

  it('are told where to listen and nothing that the services do not know', () => {
    expect(loadConfig(BASE_SETTINGS)).toMatchObject({
      httpHost: '0.0.0.0',
      httpPort: 8080,
      cache: '/opt/closing-bell',
    });
  });

  it('may be asked by nobody and ask nobody, unless it is said', () => {
    expect(networkPolicies[0]).toMatchObject({ spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] } });
  });
});

describe('scaling', () => {
  it.each(WORKLOADS.map((workload) => [workload.service, workload] as const))(
    'of %s looks at its own subscriptions, all of them and no other, from zero where nobody is served',
    (service, workload) => {
      const { spec } = scaledObject(workload, CALENDAR, 'my-project') as unknown as {
        spec: { minReplicaCount: number; triggers: { type: string; metadata: Record<string, string> }[] };
      };
      const own = allSubscriptions.filter((subscription) => subscription.service === service).map(({ name }) => name);
      const measures = spec.triggers.filter(({ type }) => type === 'prometheus');
      expect(measures).toHaveLength(2);
      for (const { metadata } of measures) {
        const pattern = /"subscription_id"=~"([^"]+)"/.exec(metadata['query'] ?? '')?.[1] ?? '';
        const anchored = new RegExp(`^(?:${pattern})$`);
        expect(allSubscriptions.filter(({ name }) => anchored.test(name)).map(({ name }) => name)).toEqual(own);
        // A dot that stands for any character would do harm only once a name differs in it.
        expect(pattern.split('|').some((name) => anchored.test(name.replaceAll('[.]', '-')))).toBe(false);
        expect(metadata['serverAddress']).toContain('/projects/my-project/');
      }
      expect(spec.minReplicaCount).toBe(service === 'monitor' ? 1 : 0);
    },
  );

  it('asks for no more pods by age than there are messages', () => {
    const [trainer] = WORKLOADS.filter(({ service }) => service === 'trainer');
    const { spec } = scaledObject(trainer!, CALENDAR, 'my-project') as unknown as {
      spec: { triggers: { metadata: Record<string, string> }[] };
    };
    const query = spec.triggers[1]?.metadata['query'] ?? '';
    const most = `sum({"__name__"="pubsub.googleapis.com/subscription/num_undelivered_messages",`;
    expect(query.split(' or ')).toHaveLength(2);
    expect(query.split(most)).toHaveLength(3);
    expect(query).toContain(`* ${trainer!.scale.ageSeconds} or `);
  });

  it('holds pods ready from before the scheduler speaks', () => {
    const { spec } = scaledObject(WORKLOADS[0]!, CALENDAR, 'my-project') as unknown as {
      spec: { triggers: { type: string; metadata: Record<string, string> }[] };
    };
    expect(spec.triggers.find(({ type }) => type === 'cron')?.metadata).toEqual({
      timezone: 'America/New_York',
      start: '10 16 * * 1,2,3,4,5',
      end: '0 17 * * 1,2,3,4,5',
      desiredReplicas: '1',
    });
  });

  it('without KEDA has one pod at least and looks at each subscription by itself', () => {
    for (const workload of WORKLOADS) {
      const { spec } = autoscaler(workload) as unknown as {
        spec: { minReplicas: number; metrics: { external: { metric: { selector: { matchLabels: object } } } }[] };
      };
      const own = allSubscriptions.filter(({ service }) => service === workload.service);
      expect(spec.minReplicas).toBeGreaterThanOrEqual(1);
      const looked = spec.metrics.flatMap(
        ({ external }) => Object.values(external.metric.selector.matchLabels) as string[],
      );
      expect(new Set(looked)).toEqual(new Set(own.map(({ name }) => name)));
    }
  });
});

describe('the resources of Config Connector', () => {
  const objects = Object.values(configConnector(PLACE, CALENDAR)).flat();
  const ofKind = (kind: string) => objects.filter((object) => object.kind === kind);
  const specOf = (object: KubernetesObject) => object['spec'] as Record<string, unknown>;

  it('are the topology: every topic and subscription, with its settings', () => {
    expect(ofKind('PubSubTopic').map(({ metadata }) => metadata.name)).toEqual([...topics]);
    expect(ofKind('PubSubSubscription').map(({ metadata }) => metadata.name)).toEqual(
      allSubscriptions.map(({ name }) => name),
    );
    for (const subscription of allSubscriptions) {
      const object = ofKind('PubSubSubscription').find(({ metadata }) => metadata.name === subscription.name);
      expect(specOf(object!)).toMatchObject({
        topicRef: { name: subscription.topic },
        enableMessageOrdering: subscription.ordered,
        ackDeadlineSeconds: subscription.ackDeadlineSeconds,
        retryPolicy: {
          minimumBackoff: `${subscription.retry.minimumBackoffSeconds}s`,
          maximumBackoff: `${subscription.retry.maximumBackoffSeconds}s`,
        },
        retainAckedMessages: subscription.retainAckedSeconds !== undefined,
        expirationPolicy: { ttl: '' },
      });
      const policy = specOf(object!)['deadLetterPolicy'];
      if (subscription.maxDeliveryAttempts === undefined) expect(policy).toBeUndefined();
      else expect(policy).toMatchObject({ maxDeliveryAttempts: subscription.maxDeliveryAttempts });
    }
  });

  it('are the warehouse: every table that is appended to, and every view', () => {
    const made = ofKind('BigQueryTable').map((object) => specOf(object)['resourceID']);
    expect(made).toEqual([...bigQueryTables, ...bigQueryViews].map(({ name }) => name));
  });

  it('have names of their own within a kind', () => {
    const names = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it('leave what holds data where a manifest is deleted', () => {
    for (const kind of ['StorageBucket', 'BigQueryDataset']) {
      expect(ofKind(kind)[0]?.metadata).toMatchObject({
        annotations: { 'cnrm.cloud.google.com/deletion-policy': 'abandon' },
      });
    }
  });
});

describe('the grants', () => {
  const all = grants({ bucket: 'a-bucket', dataset: 'a_dataset' });
  const rolesOf = (service: string, kind: string, role: string) =>
    all
      .filter(({ member, on, role: granted }) => {
        const isService = member.kind === 'pod' && member.serviceAccount === service;
        return isService && on.kind === kind && granted === role;
      })
      .map(({ on }) => on.name);

  it.each(SERVICES)('let %s take its own messages and no other', (service) => {
    const own = allSubscriptions.filter((subscription) => subscription.service === service).map(({ name }) => name);
    expect(rolesOf(service, 'subscription', 'roles/pubsub.subscriber')).toEqual(own);
  });

  it.each(SERVICES.filter((service) => service !== 'monitor'))(
    'let %s publish what it says and what it gives up',
    (service) => {
      const said = publications[service].map(({ name }) => name);
      expect(rolesOf(service, 'topic', 'roles/pubsub.publisher')).toEqual([...said, 'dead-letters']);
    },
  );

  it('let the monitor send dead letters again, wherever they came from', () => {
    expect(rolesOf('monitor', 'topic', 'roles/pubsub.publisher')).toEqual([...topics]);
  });

  it('let nobody but the monitor write the warehouse', () => {
    const writers = all.filter(({ role }) => role.startsWith('roles/bigquery.'));
    expect(writers.map(({ member }) => member.kind === 'pod' && member.serviceAccount)).toEqual(['monitor', 'monitor']);
  });

  it('are of no role that is everything', () => {
    expect(all.filter(({ role }) => /^roles\/(owner|editor|viewer)$|admin$/i.test(role))).toEqual([]);
  });
});

describe('a place', () => {
  it('is refused where a line is missing, unknown or wrong, with all that is', () => {
    const text = PLACE_TEXT.replace(/^REGION=.*$/m, 'REGION=Frankfurt').replace(/^BUCKET=.*\n/m, 'COLOUR=blue\n');
    expect(() => placeOf(text)).toThrow(
      /COLOUR is not known\. REGION is "Frankfurt"; allowed: a region such as europe-west3\. BUCKET is ""; allowed/,
    );
  });

  it('takes settings of the services along', () => {
    expect(placeOf(`${PLACE_TEXT}\nCLOSING_BELL_LSTM_UNITS=64\n`).settings).toMatchObject({
      CLOSING_BELL_LSTM_UNITS: '64',
    });
  });
});

describe('what is written', () => {
  it('is YAML that reads as what it was made of', () => {
    for (const [path, text] of Object.entries(manifests())) {
      if (!path.endsWith('.yaml')) continue;
      const documents = parseAllDocuments(text);
      expect(documents.flatMap(({ errors }) => errors)).toEqual([]);
      expect(documents.length).toBeGreaterThan(0);
    }
  });
});
