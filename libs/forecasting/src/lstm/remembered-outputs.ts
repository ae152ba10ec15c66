import { type LstmForecaster } from './engine';
import { gatherWindows } from './windows';

/**
 * A network's outputs over the rows of a history, which grows by a row a session: windows whose rows are what they were the last
 * time are not computed again. An output is a function of its window alone, so what is remembered is what would be computed.
 */
export class RememberedOutputs {
  private rows = new Float32Array();
  /** By the row that a window ends with. */
  private readonly outputs = new Map<number, Float32Array>();

  constructor(
    private readonly network: LstmForecaster,
    /** Columns of a row, and rows of a window. */
    private readonly width: number,
    private readonly lookback: number,
  ) {}

  /** rows, row-major, from the first of the history on: float32[rows × width]; lastRows: of each window → float32[outputs] each. */
  of(rows: Float32Array, lastRows: readonly number[]): Float32Array[] {
    const same = this.sameRows(rows);
    // A question about the past of what is remembered leaves all of it.
    if (same * this.width < rows.length) {
      for (const row of this.outputs.keys()) if (row >= same) this.outputs.delete(row);
      this.rows = rows.slice();
    }
    const missing = lastRows.filter((row) => !this.outputs.has(row));
    if (missing.length > 0) {
      const said = this.network.outputs(gatherWindows(rows, this.width, this.lookback, missing), missing.length);
      const size = said.length / missing.length;
      missing.forEach((row, index) => this.outputs.set(row, said.slice(index * size, (index + 1) * size)));
    }
    return lastRows.map((row) => this.outputs.get(row) ?? new Float32Array());
  }

  /** How many rows from the first on are what they were. */
  private sameRows(rows: Float32Array): number {
    const common = Math.min(rows.length, this.rows.length);
    let at = 0;
    while (at < common && Object.is(rows[at], this.rows[at])) at++;
    return Math.floor(at / this.width);
  }
}
