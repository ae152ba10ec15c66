/** What no measurement on this machine could say. Seconds; each is assumed, not measured, unless it names a source. */
export const ASSUMED = {
  /** Cloud Monitoring samples a subscription each minute. Source: Google, metrics of Pub/Sub. */
  sampleSeconds: 60,
  /** Until a sample is visible. KEDA's users report about two minutes (kedacore/keda#5613); Google names four at most. */
  lagSeconds: [120, 240],
  /** How often Kubernetes' autoscaler looks. Source: Kubernetes, the default of kube-controller-manager. */
  autoscalerSeconds: 15,
  /** Room for a pod where Autopilot must add a node, the image's pull included. */
  nodeSeconds: [60, 90],
  /** One operation of Cloud Storage on a small object. */
  objectSeconds: 0.05,
  /** One publication to Pub/Sub, and the delivery of what was published. */
  publishSeconds: 0.05,
  /** One append of rows to BigQuery, by the Storage Write API. */
  appendSeconds: 0.3,
  /** One query of BigQuery. */
  querySeconds: 1.5,
  /** An answer of the source of bars. */
  vendorSeconds: 0.6,
  /** What a message takes is between these multiples of the mean, uniformly. */
  spread: [0.5, 1.5],
} as const;

/** What a handler waits for: operations one after another, as its code has them. */
export interface Waits {
  readonly objects?: number;
  readonly appends?: number;
  readonly queries?: number;
  readonly vendor?: boolean;
}

/** By subscription; those that are not named wait for an append of the event alone. */
export const WAITS: Readonly<Record<string, Waits>> = {
  'ingestor.market-closed': {},
  'ingestor.ingestion-requested': { vendor: true, objects: 5 },
  'feature-service.bars-ingested': { objects: 6 },
  'trainer.features-computed': { objects: 10 },
  'trainer.drift-detected': { objects: 10 },
  'predictor.model-ready': { objects: 6 },
  'monitor.bars-ingested': { objects: 2, appends: 3, queries: 1 },
  'monitor.model-ready': { appends: 2 },
  'monitor.forecast-made': { objects: 3, appends: 4, queries: 2 },
};
