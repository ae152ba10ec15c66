/**
 * The network in one WebAssembly memory: LSTM → dropout → dense head at every step; forward, backward and Adam.
 *
 * Windows are the lanes. Eight windows make a panel, in which each quantity is a row of eight floats; a batch is as many panels
 * as it takes, and a sequence is its steps' panels one after the other. So every state is an operand of the next product as it
 * stands, and no loop has an edge: the columns after the last window stay zero from beginning to end, as does every row that
 * rounds a matrix up.
 *
 * The bias is one more row of the weights, which meets a row of ones. In the order kernel, bias, recurrent kernel it joins the
 * features of a step to what the LSTM said at the step before: "joined" rows [features | 1 | units]. The head's weights have its bias
 * first, so that the rows [1 | units] of the same memory are its operand.
 */
import { moveByAdam, sumOfSquares } from './adam';
import { stepBackward, stepForward } from './lstm';
import { fromPanels, packColumns, packRows, toPanels } from './packing';
import { contractionScratch, contractPanels, multiplyPanels } from './products';
import { PANEL, PANEL_ROW, tiledRows } from './tiles';

export { fuses } from './multiply-add';

const FLOAT: usize = 4;
const PAGE: u64 = 65536;
/** A cache line. */
const ALIGNMENT: u64 = 64;
/** What 32 bits can address. */
const LARGEST: u64 = 0xffff0000;

let features: i32 = 0;
let units: i32 = 0;
let outputs: i32 = 0;
let lookback: i32 = 0;
let trained: bool = false;

/** Rows as stored, rounded up to whole panels. */
let joinedRows: i32 = 0;
let gateRows: i32 = 0;
let unitRows: i32 = 0;
let headRows: i32 = 0;
let outputRows: i32 = 0;

/** Weights, LSTM's and then head's: [joinedRows × gateRows], [headRows × outputRows]. */
let weightCount: i32 = 0;
let weights: usize = 0;
let gradients: usize = 0;
let means: usize = 0;
let squares: usize = 0;

/** The weights in tiles: for what the LSTM and the head say, and for how what they say moves with what they hear. */
let packedJoined: usize = 0;
let packedHead: usize = 0;
let packedRecurrence: usize = 0;
let packedHeadRows: usize = 0;
let packedStale: bool = true;

/** What gradients of weights are made in. */
let scratch: usize = 0;

/** Where the working memory begins, which is laid out anew for each size of batch. */
let working: usize = 0;
let top: u64 = 0;
let windows: i32 = 0;
let panels: i32 = 0;

/** As the caller has them, time-major rows. */
let inputValues: usize = 0;
let maskValues: usize = 0;
let outputValues: usize = 0;

/** By step and panel. `joined` and `cells` have a step more: what was before the first step. */
let joined: usize = 0;
let gates: usize = 0;
let cells: usize = 0;
let cellTanhs: usize = 0;
let masks: usize = 0;
let dropped: usize = 0;
let heads: usize = 0;
let hiddenGradients: usize = 0;
/** Of one step. */
let laterHidden: usize = 0;
let laterCell: usize = 0;

function wholePanels(rows: i32): i32 {
  return (rows + PANEL - 1) & ~(PANEL - 1);
}

/** The next floats[rows × columns] of memory. */
function take(rows: i32, columns: i32): usize {
  const at = <usize>top;
  top = (top + <u64>rows * <u64>columns * FLOAT + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
  return at;
}

/** Makes memory up to `top` exist; false where it cannot be had. */
function grow(): bool {
  if (top > LARGEST) return false;
  const missing = <i32>((top + PAGE - 1) / PAGE) - memory.size();
  return missing <= 0 || memory.grow(missing) >= 0;
}

function panelBytes(rows: i32): usize {
  return <usize>rows * PANEL_ROW;
}

/** Lays a network out, weights zero; once for an instance. trains: whether there will be gradients. False: no memory. */
export function open(featureCount: i32, unitCount: i32, outputCount: i32, steps: i32, trains: bool): bool {
  features = featureCount;
  units = unitCount;
  outputs = outputCount;
  lookback = steps;
  trained = trains;
  gateRows = wholePanels(4 * units);
  unitRows = wholePanels(units);
  headRows = wholePanels(1 + unitRows);
  joinedRows = wholePanels(features + headRows);
  outputRows = wholePanels(outputs);
  weightCount = joinedRows * gateRows + headRows * outputRows;

  top = (__heap_base + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
  weights = take(1, weightCount);
  packedJoined = take(gateRows, joinedRows);
  packedHead = take(outputRows, headRows);
  if (trained) {
    gradients = take(1, weightCount);
    means = take(1, weightCount);
    squares = take(1, weightCount);
    packedRecurrence = take(unitRows, gateRows);
    packedHeadRows = take(unitRows, outputRows);
    scratch = take(1, contractionScratch(joinedRows));
  }
  working = <usize>top;
  return grow();
}

/** Lays the working memory of batches of a size out. False: no memory. */
export function reserve(size: i32): bool {
  if (size == windows) return true;
  windows = 0;
  panels = (size + PANEL - 1) / PANEL;
  const columns = lookback * panels * PANEL;
  const stepColumns = panels * PANEL;
  top = working;
  inputValues = take(lookback * size, features);
  outputValues = take(lookback * size, outputs);
  joined = take(columns + stepColumns, joinedRows);
  gates = take(columns, gateRows);
  cells = take(columns + stepColumns, unitRows);
  cellTanhs = take(columns, unitRows);
  heads = take(columns, outputRows);
  if (trained) {
    maskValues = take(lookback * size, units);
    masks = take(columns, unitRows);
    dropped = take(columns, headRows);
    hiddenGradients = take(columns, unitRows);
    laterHidden = take(stepColumns, unitRows);
    laterCell = take(stepColumns, unitRows);
  }
  if (!grow()) return false;
  // The rows and columns that round up are never written again.
  memory.fill(working, 0, <usize>top - working);
  windows = size;
  for (let step = 0; step <= lookback; step++) {
    fillOnes(joined + <usize>(step * panels) * panelBytes(joinedRows) + panelBytes(features), panelBytes(joinedRows));
    if (trained && step < lookback) {
      fillOnes(dropped + <usize>(step * panels) * panelBytes(headRows), panelBytes(headRows));
    }
  }
  return true;
}

/** Writes the row of ones of a step's panels, one a window. */
function fillOnes(row: usize, bytes: usize): void {
  for (let window = 0; window < windows; window++) {
    store<f32>(row + <usize>(window / PANEL) * bytes + <usize>(window % PANEL) * FLOAT, 1);
  }
}

/** Where the weights are, [joinedRows × gateRows] and then [headRows × outputRows]; to be told of it by `weightsChanged`. */
export function weightsAt(): usize {
  return weights;
}
export function gradientsAt(): usize {
  return gradients;
}
/** Adam's first and second moments, laid out as the weights are. */
export function meansAt(): usize {
  return means;
}
export function squaresAt(): usize {
  return squares;
}
/** Floats from a row of the LSTM's weights to the next; the row after the last feature's is the bias. */
export function gateStride(): i32 {
  return gateRows;
}
/** Floats from the weights to those of the head, whose first row is the bias. */
export function headOffset(): i32 {
  return joinedRows * gateRows;
}
/** Floats from a row of the head's weights to the next. */
export function headStride(): i32 {
  return outputRows;
}
/** Where a batch's inputs are to be written: [lookback × size × features]. */
export function inputsAt(): usize {
  return inputValues;
}
/** Where a batch's mask is to be written: [lookback × size × units]. */
export function maskAt(): usize {
  return maskValues;
}
/** Where the outputs are read, and where their gradient is to be written: [lookback × size × outputs]. */
export function outputsAt(): usize {
  return outputValues;
}

export function weightsChanged(): void {
  packedStale = true;
}

function pack(): void {
  const gateBytes = <usize>gateRows * FLOAT;
  const outputBytes = <usize>outputRows * FLOAT;
  const headWeights = weights + <usize>headOffset() * FLOAT;
  packColumns(tiledRows(4 * units), features + 1 + units, weights, gateBytes, packedJoined);
  packColumns(tiledRows(outputs), 1 + units, headWeights, outputBytes, packedHead);
  if (trained) {
    packRows(tiledRows(units), gateRows, weights + <usize>(features + 1) * gateBytes, gateBytes, packedRecurrence);
    packRows(tiledRows(units), outputRows, headWeights + outputBytes, outputBytes, packedHeadRows);
  }
  packedStale = false;
}

/** What the LSTM says at each step of the inputs, and what its mask leaves of it. */
export function forward(masked: bool): void {
  if (packedStale) pack();
  const stepPanels = <usize>panels;
  for (let step = 0; step < lookback; step++) {
    const first = <usize>step * stepPanels;
    const heard = joined + first * panelBytes(joinedRows);
    const rows = <usize>(step * windows) * FLOAT;
    toPanels(windows, features, inputValues + rows * features, heard, panelBytes(joinedRows), 1);
    if (masked) {
      toPanels(
        windows,
        units,
        maskValues + rows * units,
        masks + first * panelBytes(unitRows),
        panelBytes(unitRows),
        1,
      );
    }
    multiplyPanels(
      tiledRows(4 * units),
      features + 1 + units,
      // Before the first step the LSTM has said nothing.
      step == 0 ? features + 1 : features + 1 + units,
      packedJoined,
      panels,
      heard,
      panelBytes(joinedRows),
      gates + first * panelBytes(gateRows),
      panelBytes(gateRows),
    );
    for (let at = first; at < first + stepPanels; at++) {
      const state = at * panelBytes(unitRows);
      const next = (at + stepPanels) * panelBytes(joinedRows);
      stepForward(
        units,
        gates + at * panelBytes(gateRows),
        cells + state,
        cells + state + stepPanels * panelBytes(unitRows),
        cellTanhs + state,
        joined + next + panelBytes(features + 1),
        masked ? masks + state : 0,
        dropped + at * panelBytes(headRows) + PANEL_ROW,
      );
    }
  }
}

/** What the head says from a step on, before its activation. */
export function sayFrom(step: i32, masked: bool): void {
  const first = <usize>(step * panels);
  multiplyPanels(
    tiledRows(outputs),
    1 + units,
    1 + units,
    packedHead,
    (lookback - step) * panels,
    headInputs(masked) + first * headInputBytes(masked),
    headInputBytes(masked),
    heads + first * panelBytes(outputRows),
    panelBytes(outputRows),
  );
  let rows = outputValues;
  for (let at = step; at < lookback; at++) {
    fromPanels(windows, outputs, heads + <usize>(at * panels) * panelBytes(outputRows), panelBytes(outputRows), rows);
    rows += <usize>(windows * outputs) * FLOAT;
  }
}

/** Panels of what the head hears, [1 | units]. */
function headInputs(masked: bool): usize {
  return masked ? dropped : joined + <usize>panels * panelBytes(joinedRows) + panelBytes(features);
}
function headInputBytes(masked: bool): usize {
  return masked ? panelBytes(headRows) : panelBytes(joinedRows);
}

/**
 * Gradients by all weights, after `forward` and `sayFrom(0)` of the same batch; `forward` must come again before the next.
 * Takes the gradient by the head's outputs where they were read, and divides it by `count`.
 */
export function backward(masked: bool, count: f32): void {
  const stepPanels = <usize>panels;
  const all = lookback * panels;
  for (let step = 0; step < lookback; step++) {
    toPanels(
      windows,
      outputs,
      outputValues + <usize>(step * windows * outputs) * FLOAT,
      heads + <usize>step * stepPanels * panelBytes(outputRows),
      panelBytes(outputRows),
      count,
    );
  }
  contractPanels(
    1 + units,
    outputRows,
    all,
    headInputs(masked),
    headInputBytes(masked),
    0,
    0,
    heads,
    panelBytes(outputRows),
    gradients + <usize>headOffset() * FLOAT,
    <usize>outputRows * FLOAT,
    scratch,
  );
  multiplyPanels(
    tiledRows(units),
    outputRows,
    outputRows,
    packedHeadRows,
    all,
    heads,
    panelBytes(outputRows),
    hiddenGradients,
    panelBytes(unitRows),
  );
  backThroughTime(masked);
  contractPanels(
    features + 1 + units,
    gateRows,
    all,
    joined,
    panelBytes(joinedRows),
    features + 1,
    panels,
    gates,
    panelBytes(gateRows),
    gradients,
    <usize>gateRows * FLOAT,
    scratch,
  );
}

/** Gradients by the gates' pre-activations, in place of the gates. */
function backThroughTime(masked: bool): void {
  const stepPanels = <usize>panels;
  memory.fill(laterHidden, 0, stepPanels * panelBytes(unitRows));
  memory.fill(laterCell, 0, stepPanels * panelBytes(unitRows));
  for (let step = lookback - 1; step >= 0; step--) {
    const first = <usize>step * stepPanels;
    for (let panel: usize = 0; panel < stepPanels; panel++) {
      const at = first + panel;
      const state = at * panelBytes(unitRows);
      stepBackward(
        units,
        gates + at * panelBytes(gateRows),
        cells + state,
        cellTanhs + state,
        masked ? masks + state : 0,
        hiddenGradients + state,
        laterHidden + panel * panelBytes(unitRows),
        laterCell + panel * panelBytes(unitRows),
      );
    }
    if (step > 0) {
      multiplyPanels(
        tiledRows(units),
        gateRows,
        gateRows,
        packedRecurrence,
        panels,
        gates + first * panelBytes(gateRows),
        panelBytes(gateRows),
        laterHidden,
        panelBytes(unitRows),
      );
    }
  }
}

/** Sum of squares of all gradients. */
export function gradientSquares(): f64 {
  return sumOfSquares(gradients, weightCount);
}

/** Moves the weights by one step of Adam. */
export function move(factor: f32, rate: f32, firstDecay: f64, secondDecay: f64, epsilon: f32): void {
  moveByAdam(weightCount, weights, gradients, means, squares, factor, rate, firstDecay, secondDecay, epsilon);
  packedStale = true;
}
