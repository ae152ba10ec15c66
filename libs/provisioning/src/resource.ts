/** How a resource of the cloud stands to what the code defines. */
export type Difference =
  /** It is as it should be. */
  | { readonly action: 'keep' }
  /** It is not there. `details`: what it will be, a phrase each. */
  | { readonly action: 'create'; readonly details: readonly string[] }
  /** It can be brought in line where it is. `changes`: such as `ackDeadlineSeconds: 10 → 60`. */
  | { readonly action: 'update'; readonly changes: readonly string[] }
  /** It differs in what cannot be changed where it is. `advice`: what a person can do. */
  | { readonly action: 'refuse'; readonly changes: readonly string[]; readonly advice: string };

/** Something that must be there before the services run: a topic, a subscription, a bucket, a dataset, a table, a view. */
export interface Resource {
  readonly kind: 'bucket' | 'dataset' | 'table' | 'view' | 'topic' | 'subscription';
  readonly name: string;
  /** Looks at it and changes nothing. */
  difference(): Promise<Difference>;
  /** Makes it as it should be, where `difference` said create or update. Safe to repeat, and beside others that do the same. */
  apply(): Promise<void>;
}
