import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json';
import { type Contract } from './contract';

/**
 * A message's id, derived from what it says: 32 hexadecimal digits of the SHA-256 over type and payload. Saying the same
 * thing twice gives the same id, which is what makes a redelivery and a replay recognisable.
 */
export function messageId<T extends object>(contract: Contract<T>, data: T): string {
  return createHash('sha256')
    .update(canonicalJson({ type: contract.type, data }))
    .digest('hex')
    .slice(0, 32);
}
