import { type KubernetesObject, PART_OF } from './manifest';

const EVERYTHING_OF_OURS = { matchLabels: PART_OF };

/** Addresses that are nobody's on the internet: a pod that may ask Google may still ask no neighbour. */
const PRIVATE = ['10.0.0.0/8', '100.64.0.0/10', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16'];

function policy(name: string, spec: object): KubernetesObject {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name, labels: PART_OF }, spec };
}

const tcp = (...ports: number[]) => ports.map((port) => ({ protocol: 'TCP', port }));

/** Nothing is allowed in or out but what is said here, and what an overlay adds. The node's own probes always get through. */
export const networkPolicies: readonly KubernetesObject[] = [
  policy('default-deny', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] }),
  policy('names', {
    podSelector: EVERYTHING_OF_OURS,
    policyTypes: ['Egress'],
    egress: [
      {
        to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } }],
        ports: [{ protocol: 'UDP', port: 53 }, ...tcp(53)],
      },
      // Where a node keeps names by itself (NodeLocal DNSCache).
      { to: [{ ipBlock: { cidr: '169.254.20.10/32' } }], ports: [{ protocol: 'UDP', port: 53 }, ...tcp(53)] },
    ],
  }),
];

/** What is allowed on GKE beside it. Sources: GKE, network policies with Workload Identity Federation; managed collection of metrics. */
export const gkeNetworkPolicies: readonly KubernetesObject[] = [
  policy('google-and-vendors', {
    podSelector: EVERYTHING_OF_OURS,
    policyTypes: ['Egress'],
    egress: [{ to: [{ ipBlock: { cidr: '0.0.0.0/0', except: PRIVATE } }], ports: tcp(443) }],
  }),
  policy('workload-identity', {
    podSelector: EVERYTHING_OF_OURS,
    policyTypes: ['Egress'],
    egress: [
      // With Dataplane V2, as on Autopilot.
      { to: [{ ipBlock: { cidr: '169.254.169.254/32' } }], ports: tcp(80) },
      // Without it.
      { to: [{ ipBlock: { cidr: '169.254.169.252/32' } }], ports: tcp(987, 988) },
    ],
  }),
  policy('metrics', {
    podSelector: EVERYTHING_OF_OURS,
    policyTypes: ['Ingress'],
    ingress: [
      {
        from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'gmp-system' } } }],
        ports: [{ protocol: 'TCP', port: 'http' }],
      },
    ],
  }),
];
