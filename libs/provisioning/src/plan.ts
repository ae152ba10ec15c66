import { type Difference, type Resource } from './resource';

/** Resources that are looked at or made at a time. */
const AT_A_TIME = 32;

/** When a kind is made: after all that it needs. */
const STAGE: Readonly<Record<Resource['kind'], number>> = {
  bucket: 0,
  topic: 1,
  subscription: 2,
  dataset: 3,
  table: 4,
  view: 5,
};

/** A resource and how it stands, or why that cannot be told. */
export interface Planned {
  readonly resource: Resource;
  readonly difference: Difference | { readonly action: 'unknown'; readonly error: Error };
}

/** What became of a resource. `failed`: it could not be looked at, made or changed. `refused` carries no error. */
export interface Outcome {
  readonly planned: Planned;
  readonly result: 'kept' | 'created' | 'updated' | 'refused' | 'failed';
  readonly error?: Error;
}

/** Looks at all resources and changes none. In the order in which they would be made, those of one kind as they were given. */
export async function plan(resources: readonly Resource[]): Promise<Planned[]> {
  const inOrder = resources.toSorted((one, other) => STAGE[one.kind] - STAGE[other.kind]);
  return inParallel(AT_A_TIME, inOrder, async (resource) => {
    try {
      return { resource, difference: await resource.difference() };
    } catch (error) {
      return { resource, difference: { action: 'unknown', error: asError(error) } };
    }
  });
}

/**
 * Makes what a plan says, kind after kind, and tells what became of each resource in the plan's order. What fails hides nothing:
 * the rest is made all the same. What the plan refuses, or could not look at, is left alone.
 */
export async function* applyPlan(planned: readonly Planned[]): AsyncGenerator<Outcome> {
  for (const stage of new Set(Object.values(STAGE))) {
    const ofStage = planned.filter(({ resource }) => STAGE[resource.kind] === stage);
    // A view may read one that was given before it.
    yield* await inParallel(stage === STAGE.view ? 1 : AT_A_TIME, ofStage, applyOne);
  }
}

/** What becomes of a resource if nothing goes wrong: of one that could not be looked at, nothing. */
export function foreseen(planned: Planned): Outcome {
  const { difference } = planned;
  switch (difference.action) {
    case 'keep':
      return { planned, result: 'kept' };
    case 'create':
      return { planned, result: 'created' };
    case 'update':
      return { planned, result: 'updated' };
    case 'refuse':
      return { planned, result: 'refused' };
    case 'unknown':
      return { planned, result: 'failed', error: difference.error };
  }
}

async function applyOne(planned: Planned): Promise<Outcome> {
  const outcome = foreseen(planned);
  if (outcome.result !== 'created' && outcome.result !== 'updated') return outcome;
  try {
    await planned.resource.apply();
    return outcome;
  } catch (error) {
    return { planned, result: 'failed', error: asError(error) };
  }
}

/** The results in the order of the items, of which at most `limit` are worked on at a time. */
async function inParallel<T, R>(limit: number, items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const upcoming = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of upcoming) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
