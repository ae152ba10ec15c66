import { type Contract } from '@closing-bell/contracts';

/** A message to publish: what is said, under which contract. Made by {@link message}. */
export interface OutgoingMessage {
  readonly contract: Contract;
  readonly data: object;
}

/** A message of a contract, ready to publish. A field that the contract does not know, or of another type, does not compile. */
export function message<T extends object>(contract: Contract<T>, data: NoInfer<T>): OutgoingMessage {
  return { contract, data };
}
