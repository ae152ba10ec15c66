import { multiplyAdd } from './multiply-add';

/** Columns of a panel: two vectors. */
export const PANEL: i32 = 8;
/** Bytes of a panel's row. */
export const PANEL_ROW: usize = 32;

/**
 * Rows of the tallest tile. With its two vectors of columns it fills the fifteen registers that V8 gives out: twelve sums, two
 * vectors of the panel and one broadcast. The plain build needs a register more for products, so four rows is what it can do.
 */
const TALLEST: i32 = ASC_FEATURE_RELAXED_SIMD ? 6 : 4;

/** Rows rounded up to what tiles can cover: even, and at least 4, where tiles are of six and four, else a multiple of 4. */
export function tiledRows(rows: i32): i32 {
  return ASC_FEATURE_RELAXED_SIMD ? max<i32>(4, (rows + 1) & ~1) : (rows + 3) & ~3;
}

/** Rows of the next tile, of tiled rows that are left. */
export function tileHeight(left: i32): i32 {
  if (ASC_FEATURE_RELAXED_SIMD) return left % TALLEST == 0 || left > 8 ? 6 : 4;
  return TALLEST;
}

/**
 * Rows × panel: c[height × 8] = Σₖ a[k × height] · b[k × 8]. One step of k to an iteration: V8 hoists the loads of an unrolled
 * loop over its sums and then has too few registers.
 */
export function multiplyTile(height: i32, depth: i32, a: usize, b: usize, c: usize): void {
  if (ASC_FEATURE_RELAXED_SIMD && height == 6) multiplySix(depth, a, b, c);
  else multiplyFour(depth, a, b, c);
}

/** Adds a tile to rows of a row-major matrix, `row` bytes apart. */
export function addTile(height: i32, tile: usize, to: usize, row: usize): void {
  for (const end = tile + <usize>height * PANEL_ROW; tile < end; tile += PANEL_ROW) {
    v128.store(to, f32x4.add(v128.load(to), v128.load(tile)));
    v128.store(to, f32x4.add(v128.load(to, 16), v128.load(tile, 16)), 16);
    to += row;
  }
}

function multiplySix(depth: i32, a: usize, b: usize, c: usize): void {
  let s00 = f32x4.splat(0);
  let s01 = s00;
  let s10 = s00;
  let s11 = s00;
  let s20 = s00;
  let s21 = s00;
  let s30 = s00;
  let s31 = s00;
  let s40 = s00;
  let s41 = s00;
  let s50 = s00;
  let s51 = s00;
  const end = a + <usize>depth * 24;
  while (a < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    s00 = multiplyAdd(x, b0, s00);
    s01 = multiplyAdd(x, b1, s01);
    x = v128.load32_splat(a, 4);
    s10 = multiplyAdd(x, b0, s10);
    s11 = multiplyAdd(x, b1, s11);
    x = v128.load32_splat(a, 8);
    s20 = multiplyAdd(x, b0, s20);
    s21 = multiplyAdd(x, b1, s21);
    x = v128.load32_splat(a, 12);
    s30 = multiplyAdd(x, b0, s30);
    s31 = multiplyAdd(x, b1, s31);
    x = v128.load32_splat(a, 16);
    s40 = multiplyAdd(x, b0, s40);
    s41 = multiplyAdd(x, b1, s41);
    x = v128.load32_splat(a, 20);
    s50 = multiplyAdd(x, b0, s50);
    s51 = multiplyAdd(x, b1, s51);
    a += 24;
    b += PANEL_ROW;
  }
  v128.store(c, s00);
  v128.store(c, s01, 16);
  v128.store(c, s10, 32);
  v128.store(c, s11, 48);
  v128.store(c, s20, 64);
  v128.store(c, s21, 80);
  v128.store(c, s30, 96);
  v128.store(c, s31, 112);
  v128.store(c, s40, 128);
  v128.store(c, s41, 144);
  v128.store(c, s50, 160);
  v128.store(c, s51, 176);
}

function multiplyFour(depth: i32, a: usize, b: usize, c: usize): void {
  let s00 = f32x4.splat(0);
  let s01 = s00;
  let s10 = s00;
  let s11 = s00;
  let s20 = s00;
  let s21 = s00;
  let s30 = s00;
  let s31 = s00;
  const end = a + <usize>depth * 16;
  while (a < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    s00 = multiplyAdd(x, b0, s00);
    s01 = multiplyAdd(x, b1, s01);
    x = v128.load32_splat(a, 4);
    s10 = multiplyAdd(x, b0, s10);
    s11 = multiplyAdd(x, b1, s11);
    x = v128.load32_splat(a, 8);
    s20 = multiplyAdd(x, b0, s20);
    s21 = multiplyAdd(x, b1, s21);
    x = v128.load32_splat(a, 12);
    s30 = multiplyAdd(x, b0, s30);
    s31 = multiplyAdd(x, b1, s31);
    a += 16;
    b += PANEL_ROW;
  }
  v128.store(c, s00);
  v128.store(c, s01, 16);
  v128.store(c, s10, 32);
  v128.store(c, s11, 48);
  v128.store(c, s20, 64);
  v128.store(c, s21, 80);
  v128.store(c, s30, 96);
  v128.store(c, s31, 112);
}
