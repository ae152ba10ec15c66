import { type ServiceName } from '@closing-bell/contracts';
import { environmentOf } from './environment';
import { type KubernetesObject, PART_OF } from './manifest';
import { graceSeconds, type Workload } from './workloads';

/** The user that processes run as; the images have it, too. */
const USER = 10001;
/** The port of health, metrics and API, by its name in the pods. */
const HTTP_PORT = 8080;
/** What holds the settings that all services share. */
export const SETTINGS = 'closing-bell';
/** Image of a service before an overlay says where images are. */
export const imageOf = (service: string): string => `closing-bell/${service}`;

const ZONE = 'topology.kubernetes.io/zone';
const NODE = 'kubernetes.io/hostname';

/** What every service is told in a cluster, whatever the cluster. */
export const BASE_SETTINGS = environmentOf({
  httpHost: '0.0.0.0',
  httpPort: HTTP_PORT,
  home: '/tmp/closing-bell',
  cache: '/opt/closing-bell',
  trainingProcesses: 1,
});

/** Selects the pods of a service. */
export function selectorOf(service: ServiceName): Record<string, string> {
  return { 'app.kubernetes.io/name': service, ...PART_OF };
}

/** What a service consists of in any cluster: its identity, its pods, and how many of them may be away at a time. */
export function serviceObjects(workload: Workload): KubernetesObject[] {
  const { service } = workload;
  const labels = selectorOf(service);
  return [
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: service, labels },
      // Google's credentials come from the metadata server; nobody here asks Kubernetes anything.
      automountServiceAccountToken: false,
    },
    deployment(workload),
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: service, labels },
      // Nodes are emptied pod by pod. A least number would keep a node with an only pod for ever.
      spec: { maxUnavailable: 1, selector: { matchLabels: labels }, unhealthyPodEvictionPolicy: 'AlwaysAllow' },
    },
    ...(service === 'monitor'
      ? [
          {
            apiVersion: 'v1',
            kind: 'Service',
            metadata: { name: service, labels },
            spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' }] },
          },
        ]
      : []),
  ];
}

function deployment(workload: Workload): KubernetesObject {
  const { service, scratch } = workload;
  const labels = selectorOf(service);
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: service, labels },
    spec: {
      // No number of replicas: whoever scales says it, and applying this again must not take it back.
      revisionHistoryLimit: 5,
      selector: { matchLabels: labels },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: service,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          terminationGracePeriodSeconds: graceSeconds(workload),
          securityContext: {
            runAsNonRoot: true,
            runAsUser: USER,
            runAsGroup: USER,
            fsGroup: USER,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          topologySpreadConstraints: [ZONE, NODE].map((topologyKey) => ({
            maxSkew: 1,
            topologyKey,
            whenUnsatisfiable: 'ScheduleAnyway',
            labelSelector: { matchLabels: labels },
          })),
          containers: [container(workload)],
          volumes: [{ name: 'tmp', emptyDir: { sizeLimit: `${scratch}Mi` } }],
        },
      },
    },
  };
}

function container({ service, cpu, memory, memoryLimit, scratch, drainSeconds }: Workload): object {
  return {
    name: service,
    // An overlay, or who deploys, says which.
    image: `${imageOf(service)}:unset`,
    // After the image's entry point, which passes signals on and reaps what training processes leave.
    args: ['node', `dist/apps/${service}/src/main.js`],
    ports: [{ name: 'http', containerPort: HTTP_PORT, protocol: 'TCP' }],
    envFrom: [{ configMapRef: { name: SETTINGS } }],
    env: Object.entries(environmentOf({ drainSeconds })).map(([name, value]) => ({ name, value })),
    resources: {
      requests: { cpu: `${cpu}m`, memory: `${memory}Mi`, 'ephemeral-storage': `${scratch}Mi` },
      limits: { memory: `${memoryLimit}Mi`, 'ephemeral-storage': `${2 * scratch}Mi` },
    },
    startupProbe: { httpGet: { path: '/health/live', port: 'http' }, periodSeconds: 1, failureThreshold: 60 },
    livenessProbe: {
      httpGet: { path: '/health/live', port: 'http' },
      periodSeconds: 10,
      timeoutSeconds: 5,
      failureThreshold: 6,
    },
    readinessProbe: { httpGet: { path: '/health/ready', port: 'http' }, periodSeconds: 10, timeoutSeconds: 5 },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
  };
}
