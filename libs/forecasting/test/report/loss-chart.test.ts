import { lossesByEpoch } from '../../src/report/loss-chart';
import { readPage } from '../fixtures/markup-check';

const epochsOf = (losses: readonly number[]) =>
  losses.map((loss, index) => ({ epoch: index + 1, trainingLoss: loss, validationLoss: loss + 0.5 }));
const namesOf = (text: string): string[] => readPage(text).map(({ name }) => name);
const count = (text: string, name: string): number => namesOf(text).filter((one) => one === name).length;

describe('the chart of a training', () => {
  it('draws both losses, marks the epoch whose weights were kept, and says its loss', () => {
    const { text } = lossesByEpoch(epochsOf([1.5, 1.25, 1]), 2);
    expect([count(text, 'polyline'), count(text, 'circle')]).toEqual([2, 6]);
    // The second of three epochs, in the middle.
    expect(text).toContain('<line class="reference" x1="268" x2="268"');
    expect(text).toContain('The weights of epoch 2 were kept, the dashed line: validation loss 1.75.');
    expect(text).toContain('After epoch 3, the last: training 1.00, validation 1.50.');
  });

  it('names every epoch as far as there is room, and marks the points of a few', () => {
    const labels = (epochs: number): string[] =>
      Array.from(
        lossesByEpoch(epochsOf(new Array<number>(epochs).fill(1)), 1).text.matchAll(/middle">(\d+)</g),
        ([, label = '']) => label,
      );
    expect(labels(3)).toEqual(['1', '2', '3']);
    expect(labels(25)).toEqual(['1', '5', '9', '13', '17', '21', '25']);
    expect(count(lossesByEpoch(epochsOf(new Array<number>(100).fill(1)), 1).text, 'circle')).toBe(0);
  });

  it('says when the weights that it started from were kept', () => {
    const { text } = lossesByEpoch(epochsOf([1, 2]), 0);
    expect(text).toContain('No epoch was better than the weights that it started from');
    expect(text).not.toContain('reference');
  });

  it('leaves out what is no number, and draws nothing of nothing', () => {
    const { text } = lossesByEpoch(epochsOf([1, NaN]), 1);
    expect(text).toContain('training –, validation –');
    expect(text).not.toContain('NaN');
    for (const losses of [[], [NaN]]) expect(namesOf(lossesByEpoch(epochsOf(losses), 0).text)).toEqual(['p']);
  });
});
