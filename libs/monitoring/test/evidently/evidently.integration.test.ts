import { closingBellFeatures, computeFeatures } from '@closing-bell/features';
import { dataDrift } from '../../src';
import { evidentlySnapshot } from '../../src/report/evidently-snapshot';
import { watchedColumns } from '../../src/watched-columns';
import { sampleBars } from '../fixtures/sample-bars';
import { describeOnEvidently, type Question, type Snapshot } from './real-evidently';

/** Sessions of reference and current window: K-S by default up to 1,000, Wasserstein beyond. */
const WINDOWS = [
  [504, 10],
  [504, 60],
  [1260, 60],
] as const;
const METHODS = [null, 'ks', 'wasserstein', 'jensenshannon', 'psi', 'kl_div', 'hellinger'] as const;

describeOnEvidently('of all features of the S&P 500', (ask) => {
  it('every score of every test is Evidently’s to 1e-9, and so is what has drifted', async () => {
    const bars = (await sampleBars('2020-03-31')).slice(-2000);
    // What is NaN through its warm-up, so that cleaning has something to do, and the close itself.
    const { columns } = computeFeatures(bars, closingBellFeatures);
    const values: Record<string, readonly number[]> = { close: bars.map(({ close }) => close) };
    for (const [name, column] of Object.entries(columns)) values[name] = [...column];
    const part = (from: number, to: number) =>
      Object.fromEntries(Object.entries(values).map(([name, column]) => [name, column.slice(from, to)]));
    const questions = WINDOWS.flatMap(([reference, current]) =>
      METHODS.map((method): Question => ({
        reference: part(bars.length - current - reference, bars.length - current),
        current: part(bars.length - current, bars.length),
        method,
      })),
    );
    questions.push({ reference: part(0, 900), current: part(900, 960), method: null });

    const answers = ask(questions);

    let compared = 0;
    questions.forEach(({ reference, current, method }, index) => {
      const types = Object.fromEntries(Object.keys(reference).map((column) => [column, 'num' as const]));
      const drift = dataDrift(floats(reference), floats(current), {
        types,
        tests: method === null ? {} : { all: method },
      });
      const snapshot = answers[index]!;
      expect(snapshot.metrics[0]?.value).toEqual({ count: drift.driftedColumns, share: drift.driftedShare });
      for (const { column, score, threshold, drifted } of drift.columns) {
        const metric = snapshot.metrics.find(({ config }) => config.column === column);
        expect(Math.abs(score - Number(metric?.value))).toBeLessThan(1e-9);
        expect(threshold).toBe(metric?.config.threshold);
        const test = snapshot.tests.find(({ name }) => name === `Value Drift for column ${column}`);
        expect(drifted).toBe(test?.status === 'FAIL');
        compared += 1;
      }
    });
    expect(compared).toBe(questions.length * 40);
  }, 300_000);

  it('a report has the shape of Evidently’s, down to every name and sentence', async () => {
    const watched = watchedColumns(await sampleBars('2020-03-31'), 514)!;
    const part = (from: number, to: number) => ({
      log_return: [...watched.log_return.slice(from, to)],
      log_range: [...watched.log_range.slice(from, to)],
    });
    // One window that has drifted, and one of the calm in the reference itself.
    const questions = [part(504, 514), part(100, 110)].map((current): Question => ({
      reference: part(0, 504),
      current,
      method: null,
    }));
    ask(questions).forEach((theirs, index) => {
      const { reference, current } = questions[index]!;
      expect(unhashed(evidentlySnapshot(dataDrift(floats(reference), floats(current))))).toEqual(unhashed(theirs));
    });
  }, 300_000);
});

const floats = (columns: Question['reference']) =>
  Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, Float64Array.from(column)]));

/** With the place among the metrics for each hash, and numbers to nine digits. */
function unhashed({ metrics, tests }: Pick<Snapshot, 'metrics' | 'tests'>): unknown {
  let text = JSON.stringify({ metrics, tests }, (_, value: unknown) =>
    typeof value === 'number' ? Number(value.toPrecision(9)) : value,
  );
  metrics.forEach(({ id }, index) => (text = text.replaceAll(id, `metric ${index}`)));
  return JSON.parse(text);
}
