import { type EpochReport } from '../lstm/fit/fit';
import { type Markup, markup } from './markup';
import { type Axis, axisOver, countedAxis, drawLines, legendOf, type Line, plot, vertical } from './plot';
import { fixed } from './wording';

/** Epochs up to which each is marked, and is named at the axis as far as there is room. */
const MARKED_EPOCHS = 40;
const TICKS = 8;

/**
 * Training and validation loss of a network, epoch by epoch. bestEpoch: the one whose weights were kept; 0: none was better than
 * the weights it started from.
 */
export function lossesByEpoch(epochs: readonly EpochReport[], bestEpoch: number): Markup {
  const losses = epochs.flatMap(({ trainingLoss, validationLoss }) => [trainingLoss, validationLoss]);
  const last = epochs.at(-1);
  if (!last || !losses.some(Number.isFinite)) return markup`<p>No epoch came to a loss that is a number.</p>`;
  const dotted = epochs.length <= MARKED_EPOCHS;
  const lines: Line[] = [
    { name: 'training', style: 0, dotted, points: epochs.map((one) => [one.epoch, one.trainingLoss]) },
    { name: 'validation', style: 2, dotted, points: epochs.map((one) => [one.epoch, one.validationLoss]) },
  ];
  const loss = lossFormat(losses);
  const best = epochs.find(({ epoch }) => epoch === bestEpoch);
  const kept = best
    ? `The weights of epoch ${bestEpoch} were kept, the dashed line: validation loss ${loss(best.validationLoss)}.`
    : 'No epoch was better than the weights that it started from, which were kept.';
  return markup`${plot({
    id: 'losses',
    title: 'Loss by epoch',
    description: `After epoch ${last.epoch}, the last: training ${loss(last.trainingLoss)}, validation ${loss(last.validationLoss)}. ${kept}`,
    x: countedAxis(0.7, last.epoch + 0.3, 'epoch', epochTicks(last.epoch)),
    y: axisOver(losses, 'mean loss', loss),
    marks: (x, y) => [...(best ? [vertical(bestEpoch, x)] : []), ...drawLines(lines, x, y)],
    legend: legendOf(lines),
  })}<p class="muted">${kept}</p>`;
}

function epochTicks(epochs: number): Axis['ticks'] {
  const step = Math.ceil(epochs / TICKS);
  return Array.from({ length: Math.ceil(epochs / step) }, (_, index) => 1 + index * step).map((at) => ({
    at,
    label: String(at),
  }));
}

/** Digits that tell apart what lies in the losses' range. */
function lossFormat(losses: readonly number[]): (loss: number) => string {
  const finite = losses.filter(Number.isFinite);
  const reach = Math.max(...finite) - Math.min(...finite) || 1;
  const digits = Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(reach))));
  return (loss) => fixed(Number.isFinite(loss) ? loss : null, digits);
}
