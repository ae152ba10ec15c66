import { calendarOf } from '@closing-bell/market';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SERVICES } from '@closing-bell/contracts';
import { checked, environmentOf } from './environment';
import { configConnector } from './google/config-connector';
import { API_TOKEN_SECRET } from './google/grants';
import { setupScript } from './google/script';
import { GENERATED, type KubernetesObject, PART_OF, yamlOf } from './manifest';
import { gkeNetworkPolicies, networkPolicies } from './network-policies';
import { imagesOf, OBJECTS_PREFIX, type Place, placeOf } from './place';
import { autoscaler, CREDENTIALS, scaledObject } from './scaling';
import { BASE_SETTINGS, imageOf, serviceObjects, SETTINGS } from './services';
import { WORKLOADS } from './workloads';

const ROOT = 'k8s';
/** The exchange whose close the clusters follow. */
const EXCHANGE = 'XNYS';
/** What an overlay's place is said in; an overlay that has it lies at Google. */
const PLACE = 'place.env';

/** Every generated file below `k8s`, by its path. Reads the places of the overlays. */
export function manifests(): Record<string, string> {
  const calendar = calendarOf(EXCHANGE);
  return {
    ...inFolder(`${ROOT}/base`, {
      ...Object.fromEntries(
        WORKLOADS.map((workload) => [`${workload.service}.yaml`, yamlOf(serviceObjects(workload))]),
      ),
      'namespace.yaml': yamlOf([NAMESPACE]),
      'network-policies.yaml': yamlOf(networkPolicies),
      'settings.env': settingsFile(BASE_SETTINGS),
      'kustomization.yaml': yamlOf([
        {
          ...kustomization('Kustomization'),
          resources: ['namespace.yaml', ...SERVICES.map((service) => `${service}.yaml`), 'network-policies.yaml'],
          configMapGenerator: [{ name: SETTINGS, envs: ['settings.env'], options: { labels: PART_OF } }],
        },
      ]),
    }),
    ...inFolder(`${ROOT}/components/hpa`, {
      'autoscalers.yaml': yamlOf(WORKLOADS.map(autoscaler)),
      'kustomization.yaml': yamlOf([{ ...kustomization('Component'), resources: ['autoscalers.yaml'] }]),
    }),
    ...inFolder(`${ROOT}/components/gke`, {
      'network-policies.yaml': yamlOf(gkeNetworkPolicies),
      'priorities.yaml': yamlOf(PRIORITIES),
      'kustomization.yaml': yamlOf([gkeComponent()]),
    }),
    ...Object.assign({}, ...placedOverlays().map(([overlay, place]) => placed(overlay, place))),
    [`${ROOT}/google/setup.sh`]: setupScript(calendar),
  } as Record<string, string>;

  /** What an overlay at Google needs to know of its place. */
  function placed(overlay: string, place: Place): Record<string, string> {
    const connector = configConnector(place, calendar);
    return {
      ...inFolder(`${overlay}/place`, {
        'settings.env': settingsFile(settingsOf(place)),
        'secrets.yaml': yamlOf([secretProvider(place)]),
        'kustomization.yaml': yamlOf([placeComponent(place)]),
      }),
      ...inFolder(`${overlay}/keda`, {
        'scaled-objects.yaml': yamlOf([
          {
            apiVersion: 'keda.sh/v1alpha1',
            kind: 'TriggerAuthentication',
            metadata: { name: CREDENTIALS, labels: PART_OF },
            spec: { podIdentity: { provider: 'gcp' } },
          },
          ...WORKLOADS.map((workload) => scaledObject(workload, calendar, place.project)),
        ]),
        'kustomization.yaml': yamlOf([{ ...kustomization('Component'), resources: ['scaled-objects.yaml'] }]),
      }),
      ...inFolder(`${overlay}/config-connector`, {
        ...Object.fromEntries(Object.entries(connector).map(([name, objects]) => [name, yamlOf(objects)])),
        'kustomization.yaml': yamlOf([
          {
            ...kustomization('Kustomization'),
            namespace: place.namespace,
            commonAnnotations: { 'cnrm.cloud.google.com/project-id': place.project },
            resources: Object.keys(connector),
          },
        ]),
      }),
    };
  }
}

/** The overlays at Google with their places, by the folders of the overlays. */
function placedOverlays(): [string, Place][] {
  const overlays = readdirSync(`${ROOT}/overlays`).map((name) => join(ROOT, 'overlays', name));
  return overlays
    .filter((overlay) => readdirSync(overlay).includes(PLACE))
    .map((overlay) => [overlay, placeOf(readFileSync(join(overlay, PLACE), 'utf8'))]);
}

/** Pods are held to the strictest of Kubernetes' own standards. */
const NAMESPACE: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    // An overlay's own takes its place.
    name: 'closing-bell',
    labels: {
      ...PART_OF,
      'pod-security.kubernetes.io/enforce': 'restricted',
      'pod-security.kubernetes.io/warn': 'restricted',
      'pod-security.kubernetes.io/audit': 'restricted',
    },
  },
};

/** Trainings wait where machines are short, and everything else of the cluster goes before the rest of it. */
const PRIORITIES: readonly KubernetesObject[] = [
  {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: 'closing-bell', labels: PART_OF },
    value: 100_000,
    globalDefault: false,
    description: 'The services that a close waits for',
  },
  {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: 'closing-bell-training', labels: PART_OF },
    value: 10_000,
    globalDefault: false,
    preemptionPolicy: 'Never',
    description: 'Trainings, which may wait',
  },
];

function gkeComponent(): object {
  const patch = (service: string, operations: readonly object[]) => ({
    target: { kind: 'Deployment', name: service },
    patch: JSON.stringify(operations),
  });
  const pod = '/spec/template/spec';
  return {
    ...kustomization('Component'),
    resources: ['network-policies.yaml', 'priorities.yaml', '../../monitoring'],
    patches: [
      ...WORKLOADS.map(({ service, spot }) =>
        patch(service, [
          { op: 'add', path: `${pod}/priorityClassName`, value: spot ? 'closing-bell-training' : 'closing-bell' },
          ...(spot
            ? [
                { op: 'add', path: `${pod}/nodeSelector`, value: { 'cloud.google.com/gke-spot': 'true' } },
                {
                  op: 'add',
                  path: `${pod}/tolerations`,
                  value: [{ key: 'cloud.google.com/gke-spot', operator: 'Equal', value: 'true', effect: 'NoSchedule' }],
                },
              ]
            : []),
        ]),
      ),
      patch('monitor', [
        {
          op: 'add',
          path: `${pod}/volumes/-`,
          value: {
            name: 'secrets',
            csi: {
              driver: 'secrets-store-gke.csi.k8s.io',
              readOnly: true,
              volumeAttributes: { secretProviderClass: SETTINGS },
            },
          },
        },
        {
          op: 'add',
          path: `${pod}/containers/0/volumeMounts/-`,
          value: { name: 'secrets', mountPath: '/secrets', readOnly: true },
        },
        {
          op: 'add',
          path: `${pod}/containers/0/env/-`,
          value: { name: 'CLOSING_BELL_API_TOKEN_FILE', value: '/secrets/api-token' },
        },
      ]),
    ],
  };
}

function settingsOf({ project, bucket, dataset, region, settings }: Place): Record<string, string> {
  return {
    ...environmentOf({
      projectId: project,
      objects: `gs://${bucket}/${OBJECTS_PREFIX}`,
      warehouse: `bigquery://${project}/${dataset}`,
      location: region,
    }),
    ...checked(settings),
  };
}

function placeComponent(place: Place): object {
  return {
    ...kustomization('Component'),
    configMapGenerator: [{ name: SETTINGS, behavior: 'merge', envs: ['settings.env'] }],
    images: SERVICES.map((service) => ({ name: imageOf(service), newName: `${imagesOf(place)}/${service}` })),
    resources: ['secrets.yaml'],
  };
}

/** The secrets of a place, which Secret Manager's add-on mounts as files. */
function secretProvider({ project }: Place): KubernetesObject {
  const secrets = [
    { resourceName: `projects/${project}/secrets/${API_TOKEN_SECRET}/versions/latest`, path: 'api-token' },
  ];
  return {
    apiVersion: 'secrets-store.csi.x-k8s.io/v1',
    kind: 'SecretProviderClass',
    metadata: { name: SETTINGS, labels: PART_OF },
    // The driver reads YAML, of which JSON is a part.
    spec: { provider: 'gke', parameters: { secrets: JSON.stringify(secrets) } },
  };
}

function kustomization(kind: 'Kustomization' | 'Component'): { apiVersion: string; kind: string } {
  return { apiVersion: `kustomize.config.k8s.io/${kind === 'Component' ? 'v1alpha1' : 'v1beta1'}`, kind };
}

function settingsFile(variables: Readonly<Record<string, string>>): string {
  return [`# ${GENERATED}`, ...Object.entries(variables).map(([name, value]) => `${name}=${value}`), ''].join('\n');
}

function inFolder(folder: string, files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text]));
}
