import { sigmoid, tanh } from './activations';
import { multiplyAdd } from './multiply-add';
import { PANEL_ROW } from './tiles';

/**
 * One step of the cell on one panel of eight windows. gates: the four pre-activations, [4 units × 8], overwritten with the gates;
 * before, cell, cellTanh, hidden: [units × 8]; dropped: hidden × mask, both 0 where nothing is dropped.
 */
export function stepForward(
  units: i32,
  gates: usize,
  before: usize,
  cell: usize,
  cellTanh: usize,
  hidden: usize,
  mask: usize,
  dropped: usize,
): void {
  const gateBytes = <usize>units * PANEL_ROW;
  for (let at: usize = 0; at < gateBytes; at += 16) {
    const z = gates + at;
    const input = sigmoid(v128.load(z));
    const forget = sigmoid(v128.load(z + gateBytes));
    const candidate = tanh(v128.load(z + 2 * gateBytes));
    const output = sigmoid(v128.load(z + 3 * gateBytes));
    v128.store(z, input);
    v128.store(z + gateBytes, forget);
    v128.store(z + 2 * gateBytes, candidate);
    v128.store(z + 3 * gateBytes, output);
    const content = multiplyAdd(forget, v128.load(before + at), f32x4.mul(input, candidate));
    const squashed = tanh(content);
    const said = f32x4.mul(output, squashed);
    v128.store(cell + at, content);
    v128.store(cellTanh + at, squashed);
    v128.store(hidden + at, said);
    if (mask) v128.store(dropped + at, f32x4.mul(said, v128.load(mask + at)));
  }
}

/**
 * The gradient of one step on one panel. gates: overwritten with the gradient by the pre-activations; hiddenGradient: what
 * comes from the head, before the mask; laterHidden, laterCell: what comes from the step after; laterCell is overwritten with
 * what goes to the step before.
 */
export function stepBackward(
  units: i32,
  gates: usize,
  before: usize,
  cellTanh: usize,
  mask: usize,
  hiddenGradient: usize,
  laterHidden: usize,
  laterCell: usize,
): void {
  const gateBytes = <usize>units * PANEL_ROW;
  const one = f32x4.splat(1);
  for (let at: usize = 0; at < gateBytes; at += 16) {
    const z = gates + at;
    const input = v128.load(z);
    const forget = v128.load(z + gateBytes);
    const candidate = v128.load(z + 2 * gateBytes);
    const output = v128.load(z + 3 * gateBytes);
    const squashed = v128.load(cellTanh + at);
    let fromHead = v128.load(hiddenGradient + at);
    if (mask) fromHead = f32x4.mul(fromHead, v128.load(mask + at));
    const byHidden = f32x4.add(fromHead, v128.load(laterHidden + at));
    const byOutput = f32x4.mul(byHidden, output);
    const byCell = f32x4.add(
      f32x4.mul(byOutput, f32x4.sub(one, f32x4.mul(squashed, squashed))),
      v128.load(laterCell + at),
    );
    const throughInput = f32x4.mul(byCell, input);
    const throughForget = f32x4.mul(byCell, forget);
    v128.store(z, f32x4.mul(f32x4.mul(throughInput, candidate), f32x4.sub(one, input)));
    v128.store(z + gateBytes, f32x4.mul(f32x4.mul(throughForget, v128.load(before + at)), f32x4.sub(one, forget)));
    v128.store(z + 2 * gateBytes, f32x4.mul(throughInput, f32x4.sub(one, f32x4.mul(candidate, candidate))));
    v128.store(z + 3 * gateBytes, f32x4.mul(f32x4.mul(byOutput, squashed), f32x4.sub(one, output)));
    v128.store(laterCell + at, throughForget);
  }
}
