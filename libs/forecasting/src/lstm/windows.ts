/**
 * Windows of rows as the engines take them. rows, row-major: float32[rows × width]; lastRows: row of the last step of each
 * window → time-major float32[lookback × windows × width].
 */
export function gatherWindows(
  rows: Float32Array,
  width: number,
  lookback: number,
  lastRows: ArrayLike<number>,
): Float32Array {
  const windows = lastRows.length;
  const gathered = new Float32Array(lookback * windows * width);
  for (let window = 0; window < windows; window++) {
    const firstRow = (lastRows[window] ?? NaN) - lookback + 1;
    for (let step = 0; step < lookback; step++) {
      const from = (firstRow + step) * width;
      gathered.set(rows.subarray(from, from + width), (step * windows + window) * width);
    }
  }
  return gathered;
}
