import { packPanelRows, transposePanels } from './packing';
import { addTile, multiplyTile, PANEL, PANEL_ROW, tiledRows, tileHeight } from './tiles';

const FLOAT: usize = 4;

/** Panels whose columns are contracted at once: packed, they and the rows beside them stay in the second-level cache. */
const BLOCK: i32 = 40;

/**
 * Columns that are summed before the sum is added to the others: sums of hundreds of floats one after the other would lose
 * half a digit more than the gradients may.
 */
const CHUNK: i32 = 80;

const TILE_FLOATS: i32 = PANEL * PANEL;
const PANEL_FLOATS: i32 = BLOCK * PANEL * PANEL;

/** Floats that `contractPanels` needs to work in. */
export function contractionScratch(rows: i32): i32 {
  return TILE_FLOATS + PANEL_FLOATS + tiledRows(rows) * BLOCK * PANEL;
}

/** Panels c = a × panels b. a: packed in tiles of `rows` rows (tiled), `width` columns, of which the first `depth` take part. */
export function multiplyPanels(
  rows: i32,
  width: i32,
  depth: i32,
  a: usize,
  panels: i32,
  b: usize,
  bBytes: usize,
  c: usize,
  cBytes: usize,
): void {
  for (let at = 0; at < rows;) {
    const height = tileHeight(rows - at);
    let from = b;
    let to = c + <usize>at * PANEL_ROW;
    // The tile stays in the first-level cache while the panels pass, so that all of `a` passes only once.
    for (let panel = 0; panel < panels; panel++) {
      multiplyTile(height, depth, a, from, to);
      from += bBytes;
      to += cBytes;
    }
    a += <usize>(height * width) * FLOAT;
    at += height;
  }
}

/**
 * Row-major c[rows × width] = Σ over the columns of all panels of a's rows by b's rows: a gradient of weights. Rows of a from
 * `lateRow` on are known to be zero in the first `latePanels` panels, which are passed over.
 * scratch: floats[contractionScratch(rows)].
 */
export function contractPanels(
  rows: i32,
  width: i32,
  panels: i32,
  a: usize,
  aBytes: usize,
  lateRow: i32,
  latePanels: i32,
  b: usize,
  bBytes: usize,
  c: usize,
  cRow: usize,
  scratch: usize,
): void {
  const tiled = tiledRows(rows);
  const sums = scratch;
  const panel = sums + <usize>TILE_FLOATS * FLOAT;
  const packed = panel + <usize>PANEL_FLOATS * FLOAT;
  memory.fill(c, 0, <usize>tiled * cRow);
  for (let first = 0; first < panels; first += BLOCK) {
    const count = min(BLOCK, panels - first);
    const depth = count * PANEL;
    const late = min(depth, max(0, latePanels - first) * PANEL);
    packPanelRows(tiled, count, a + <usize>first * aBytes, aBytes, packed);
    for (let column = 0; column < width; column += PANEL) {
      transposePanels(count, b + <usize>first * bBytes + <usize>column * PANEL_ROW, bBytes, panel);
      let from = packed;
      for (let at = 0; at < tiled;) {
        const height = tileHeight(tiled - at);
        const to = c + <usize>at * cRow + <usize>column * FLOAT;
        for (let k = at >= lateRow ? late : 0; k < depth; k += CHUNK) {
          const columns = min(CHUNK, depth - k);
          multiplyTile(height, columns, from + <usize>(height * k) * FLOAT, panel + <usize>k * PANEL_ROW, sums);
          addTile(height, sums, to, cRow);
        }
        from += <usize>(height * depth) * FLOAT;
        at += height;
      }
    }
  }
}
