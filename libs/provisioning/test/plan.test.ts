import { applyPlan, type Difference, type Outcome, plan, type Resource } from '../src';

/** Notes what is asked of it, and fails where it is made although its difference does not say so. */
class FakeResource implements Resource {
  constructor(
    readonly kind: Resource['kind'],
    readonly name: string,
    private readonly found: Difference | Error,
    private readonly journal: string[] = [],
    private readonly applied: () => Promise<void> = async () => undefined,
  ) {}

  async difference(): Promise<Difference> {
    this.journal.push(`look ${this.name}`);
    if (this.found instanceof Error) throw this.found;
    return this.found;
  }

  async apply(): Promise<void> {
    if (this.found instanceof Error || !['create', 'update'].includes(this.found.action)) {
      throw new Error(`nobody should have applied ${this.name}`);
    }
    this.journal.push(`begin ${this.name}`);
    await this.applied();
    this.journal.push(`end ${this.name}`);
  }
}

const KEEP: Difference = { action: 'keep' };
const CREATE: Difference = { action: 'create', details: [] };
const UPDATE: Difference = { action: 'update', changes: ['ackDeadlineSeconds: 10 → 60'] };
const REFUSE: Difference = { action: 'refuse', changes: ['location: US → EU'], advice: 'Move it.' };

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

async function all(outcomes: AsyncIterable<Outcome>): Promise<Outcome[]> {
  const list: Outcome[] = [];
  for await (const outcome of outcomes) list.push(outcome);
  return list;
}

const summary = (outcomes: readonly Outcome[]) =>
  outcomes.map(({ planned, result, error }) => [planned.resource.name, result, ...(error ? [error.message] : [])]);

describe('a plan', () => {
  it('is in the order in which things can be made, those of a kind as they were given', async () => {
    const kinds = ['view', 'subscription', 'table', 'topic', 'dataset', 'bucket'] as const;
    const given = kinds.flatMap((kind) => ['b', 'a'].map((name) => new FakeResource(kind, `${kind} ${name}`, KEEP)));
    expect((await plan(given)).map(({ resource }) => resource.name)).toEqual(
      ['bucket', 'topic', 'subscription', 'dataset', 'table', 'view'].flatMap((kind) => [`${kind} b`, `${kind} a`]),
    );
  });

  it('looks at a bounded number at a time, and changes nothing', async () => {
    let now = 0;
    let most = 0;
    const resources = Array.from({ length: 50 }, (_, index): Resource => ({
      kind: 'topic',
      name: String(index),
      difference: async () => {
        most = Math.max(most, ++now);
        await turn();
        now--;
        return CREATE;
      },
      apply: () => Promise.reject(new Error('nobody should have applied it')),
    }));
    const planned = await plan(resources);
    expect(planned.map(({ resource }) => resource.name)).toEqual(resources.map(({ name }) => name));
    expect(most).toBe(32);
  });

  it('tells what could not be looked at beside all the rest', async () => {
    const planned = await plan([
      new FakeResource('topic', 'a', new Error('no permission')),
      new FakeResource('topic', 'b', REFUSE),
    ]);
    expect(planned.map(({ difference }) => difference)).toEqual([
      { action: 'unknown', error: new Error('no permission') },
      REFUSE,
    ]);
  });
});

describe('applying a plan', () => {
  it('makes what is to be created and updated, and leaves the rest alone', async () => {
    const planned = await plan([
      new FakeResource('bucket', 'kept', KEEP),
      new FakeResource('topic', 'created', CREATE),
      new FakeResource('subscription', 'updated', UPDATE),
      new FakeResource('subscription', 'refused', REFUSE),
      new FakeResource('subscription', 'unseen', new Error('no permission')),
    ]);
    expect(summary(await all(applyPlan(planned)))).toEqual([
      ['kept', 'kept'],
      ['created', 'created'],
      ['updated', 'updated'],
      ['refused', 'refused'],
      ['unseen', 'failed', 'no permission'],
    ]);
  });

  it('makes a kind only when all that it needs is made, and views one after another', async () => {
    const journal: string[] = [];
    const creating = (kind: Resource['kind'], name: string) => new FakeResource(kind, name, CREATE, journal, turn);
    const planned = await plan([
      creating('view', 'v1'),
      creating('view', 'v2'),
      creating('subscription', 's'),
      creating('table', 't'),
      creating('topic', 'a'),
      creating('topic', 'b'),
      creating('dataset', 'd'),
    ]);
    journal.length = 0;
    await all(applyPlan(planned));
    expect(journal).toEqual([
      ...['begin a', 'begin b', 'end a', 'end b'],
      ...['s', 'd', 't', 'v1', 'v2'].flatMap((name) => [`begin ${name}`, `end ${name}`]),
    ]);
  });

  it('goes on after a failure, and says what failed', async () => {
    const failing = () => Promise.reject(new Error('the topic is gone'));
    const planned = await plan([
      new FakeResource('subscription', 'a', CREATE, [], failing),
      new FakeResource('subscription', 'b', CREATE),
      new FakeResource('view', 'c', CREATE),
    ]);
    expect(summary(await all(applyPlan(planned)))).toEqual([
      ['a', 'failed', 'the topic is gone'],
      ['b', 'created'],
      ['c', 'created'],
    ]);
  });
});
