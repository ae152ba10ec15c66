import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { type Contract } from './contract';
import { PermanentError } from './permanent-error';

/** Turns class-validator's tree into `path: rule` sentences, depth first. */
function sentences(errors: readonly ValidationError[], path = ''): string[] {
  return errors.flatMap((error) => {
    const here = path === '' ? error.property : `${path}.${error.property}`;
    const own = Object.entries(error.constraints ?? {}).map(([rule, message]) => `${here}: ${message} (${rule})`);
    return [...own, ...sentences(error.children ?? [], here)];
  });
}

/**
 * Checks a payload against its contract and gives an instance of the contract's class. Members that the class does not know
 * are dropped: within a version a newer publisher may add what an older reader does not need.
 *
 * @throws PermanentError `invalid-payload`, naming each field and the rule it broke.
 */
export function validate<T extends object>(contract: Contract<T>, data: unknown): T {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    throw new PermanentError(`${contract.type}: the payload must be a JSON object`, {
      reason: 'invalid-payload',
      type: contract.type,
    });
  }
  const instance = plainToInstance(contract.payload, data);
  const broken = sentences(
    validateSync(instance, { whitelist: true, forbidUnknownValues: true, stopAtFirstError: true }),
  );
  if (broken.length > 0) {
    throw new PermanentError(`${contract.type}: ${broken.join('; ')}`, {
      reason: 'invalid-payload',
      type: contract.type,
    });
  }
  return instance;
}
