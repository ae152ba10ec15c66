/**
 * Prices of GKE Autopilot in dollars an hour: general-purpose pods in us-central1. To be checked against the price list
 * (cloud.google.com/kubernetes-engine/pricing) before anything depends on them: they are from memory as of 2026-11 and differ by region.
 */
export const PRICES = {
  asOf: '2026-11',
  region: 'us-central1',
  ordinary: { cpu: 0.0445, gibibyte: 0.0049225 },
  spot: { cpu: 0.0133, gibibyte: 0.00148 },
  /** Of a cluster an hour, and what a billing account has free of it each month: one cluster. */
  cluster: { hour: 0.1, freeMonth: 74.4 },
} as const;

/** Hours of a month on average, and sessions. */
export const HOURS_A_MONTH = 730;
export const SESSIONS_A_MONTH = 252 / 12;

/** Dollars for a pod's request over so many seconds. cpu: thousandths of a core; memory: MiB. */
export function podCost(
  seconds: number,
  { cpu, memory, spot }: { cpu: number; memory: number; spot: boolean },
): number {
  const price = spot ? PRICES.spot : PRICES.ordinary;
  return (seconds / 3600) * ((cpu / 1000) * price.cpu + (memory / 1024) * price.gibibyte);
}
