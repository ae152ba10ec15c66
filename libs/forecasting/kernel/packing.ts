import { PANEL, PANEL_ROW, tileHeight } from './tiles';

const FLOAT: usize = 4;

/** Writes the four columns of four rows, each as a vector, `stride` bytes apart. */
function transposeFour(r0: v128, r1: v128, r2: v128, r3: v128, to: usize, stride: usize): void {
  const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
  const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
  const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i64>(low01, low23, 0, 2));
  v128.store(to + stride, v128.shuffle<i64>(low01, low23, 1, 3));
  v128.store(to + 2 * stride, v128.shuffle<i64>(high01, high23, 0, 2));
  v128.store(to + 3 * stride, v128.shuffle<i64>(high01, high23, 1, 3));
}

function transposeFourFrom(source: usize, row: usize, to: usize, stride: usize): void {
  transposeFour(
    v128.load(source),
    v128.load(source + row),
    v128.load(source + 2 * row),
    v128.load(source + 3 * row),
    to,
    stride,
  );
}

/**
 * Lays `height` rows of a row-major matrix out for a tile: for each of `depth` columns (a multiple of 4) the rows' values side
 * by side. Returns where the next begins.
 */
function packTile(height: i32, depth: i32, source: usize, row: usize, to: usize): usize {
  const stride = <usize>height * FLOAT;
  for (let k = 0; k < depth; k += 4) {
    transposeFourFrom(source, row, to, stride);
    if (ASC_FEATURE_RELAXED_SIMD && height == 6) {
      const r4 = v128.load(source + 4 * row);
      const r5 = v128.load(source + 5 * row);
      const low = v128.shuffle<f32>(r4, r5, 0, 4, 1, 5);
      const high = v128.shuffle<f32>(r4, r5, 2, 6, 3, 7);
      v128.store_lane<i64>(to, low, 0, 16);
      v128.store_lane<i64>(to + stride, low, 1, 16);
      v128.store_lane<i64>(to + 2 * stride, high, 0, 16);
      v128.store_lane<i64>(to + 3 * stride, high, 1, 16);
    }
    source += 16;
    to += 4 * stride;
  }
  return to;
}

/** Lays a row-major matrix out in tiles of its rows, depth: its columns, a multiple of 4. */
export function packRows(rows: i32, depth: i32, source: usize, row: usize, to: usize): void {
  for (let at = 0; at < rows;) {
    const height = tileHeight(rows - at);
    to = packTile(height, depth, source + <usize>at * row, row, to);
    at += height;
  }
}

/** Lays the transpose of a row-major matrix out in tiles of its columns, depth: its rows. */
export function packColumns(columns: i32, depth: i32, source: usize, row: usize, to: usize): void {
  for (let at = 0; at < columns;) {
    const height = tileHeight(columns - at);
    let from = source + <usize>at * FLOAT;
    for (let k = 0; k < depth; k++) {
      v128.store(to, v128.load(from));
      if (ASC_FEATURE_RELAXED_SIMD && height == 6) v128.store64_lane(to, v128.load64_zero(from, 16), 0, 16);
      from += row;
      to += <usize>height * FLOAT;
    }
    at += height;
  }
}

/** Lays rows of consecutive panels out in tiles of the rows, depth: the panels' columns. */
export function packPanelRows(rows: i32, panels: i32, source: usize, panelBytes: usize, to: usize): void {
  for (let at = 0; at < rows;) {
    const height = tileHeight(rows - at);
    let from = source + <usize>at * PANEL_ROW;
    for (let panel = 0; panel < panels; panel++) {
      to = packTile(height, PANEL, from, PANEL_ROW, to);
      from += panelBytes;
    }
    at += height;
  }
}

/** Turns eight rows of consecutive panels into one panel of eight columns, as many rows as the panels have columns. */
export function transposePanels(panels: i32, source: usize, panelBytes: usize, to: usize): void {
  for (let panel = 0; panel < panels; panel++) {
    transposeFourFrom(source, PANEL_ROW, to, PANEL_ROW);
    transposeFourFrom(source + 16, PANEL_ROW, to + 4 * PANEL_ROW, PANEL_ROW);
    transposeFourFrom(source + 4 * PANEL_ROW, PANEL_ROW, to + 16, PANEL_ROW);
    transposeFourFrom(source + 4 * PANEL_ROW + 16, PANEL_ROW, to + 4 * PANEL_ROW + 16, PANEL_ROW);
    source += panelBytes;
    to += 8 * PANEL_ROW;
  }
}

/**
 * Writes row-major[size × width] as the columns of panels: a window is a column, each value a row. Columns after the last
 * window are left as they are. Values are divided by `divisor`.
 */
export function toPanels(size: i32, width: i32, rows: usize, panels: usize, panelBytes: usize, divisor: f32): void {
  const row = <usize>width * FLOAT;
  const whole = width & ~3;
  for (let first = 0; first < size; first += PANEL) {
    const windows = min(PANEL, size - first);
    const from = windows == PANEL ? whole : 0;
    for (let at = 0; at < from; at += 4) {
      const source = rows + <usize>at * FLOAT;
      const to = panels + <usize>at * PANEL_ROW;
      transposeFourFrom(source, row, to, PANEL_ROW);
      transposeFourFrom(source + 4 * row, row, to + 16, PANEL_ROW);
    }
    for (let window = 0; window < windows; window++) {
      for (let at = from; at < width; at++) {
        const value = load<f32>(rows + <usize>window * row + <usize>at * FLOAT);
        store<f32>(panels + <usize>at * PANEL_ROW + <usize>window * FLOAT, value);
      }
    }
    if (divisor != 1) {
      for (let at = panels; at < panels + <usize>width * PANEL_ROW; at += 16) {
        v128.store(at, f32x4.div(v128.load(at), f32x4.splat(divisor)));
      }
    }
    rows += <usize>PANEL * row;
    panels += panelBytes;
  }
}

/** Writes the columns of panels as row-major[size × width]. */
export function fromPanels(size: i32, width: i32, panels: usize, panelBytes: usize, rows: usize): void {
  for (let window = 0; window < size; window++) {
    const column = panels + <usize>(window / PANEL) * panelBytes + <usize>(window % PANEL) * FLOAT;
    for (let at = 0; at < width; at++) {
      store<f32>(rows, load<f32>(column + <usize>at * PANEL_ROW));
      rows += FLOAT;
    }
  }
}
