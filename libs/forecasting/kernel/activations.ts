import { multiplyAdd } from './multiply-add';

/** Beyond this e^x is as good as 0 or infinite beside 1, and 2^n still a float. */
const LARGEST: f32 = 80;

/** ln 2 in two parts, the first of which times a small whole number is exact. Source: Cody and Waite 1980. */
const LN2_HIGH: f32 = 0.693145751953125;
const LN2_LOW: f32 = 1.428606820309417e-6;

/** Added to a small float and taken off again, it leaves the nearest whole number, which also is in the sum's lowest bits. */
const ROUNDER: f32 = 12582912;
const EXPONENT_OF_1: i32 = 127 << 23;

/**
 * e^x − 1 in four lanes, to about 1e-7 relative, for |x| up to 80, where it stays. Reduced to |r| ≤ ln 2 / 2, where seven
 * terms of the exponential series are exact to float; the 1 is taken off before rounding, so that small x keep their digits.
 */
function exponentialLess1(x: v128): v128 {
  // The plain minimum and maximum handle signed zeros, in nine instructions each.
  const limited = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-LARGEST)), f32x4.splat(LARGEST));
  const rounded = multiplyAdd(limited, f32x4.splat(1.4426950408889634), f32x4.splat(ROUNDER));
  const power = f32x4.sub(rounded, f32x4.splat(ROUNDER));
  const r = multiplyAdd(power, f32x4.splat(-LN2_LOW), multiplyAdd(power, f32x4.splat(-LN2_HIGH), limited));
  let series = f32x4.splat(1.0 / 5040.0);
  series = multiplyAdd(series, r, f32x4.splat(1.0 / 720.0));
  series = multiplyAdd(series, r, f32x4.splat(1.0 / 120.0));
  series = multiplyAdd(series, r, f32x4.splat(1.0 / 24.0));
  series = multiplyAdd(series, r, f32x4.splat(1.0 / 6.0));
  series = multiplyAdd(series, r, f32x4.splat(0.5));
  series = multiplyAdd(f32x4.mul(series, r), r, r);
  const scale = i32x4.add(i32x4.shl(rounded, 23), i32x4.splat(EXPONENT_OF_1));
  return multiplyAdd(scale, series, f32x4.sub(scale, f32x4.splat(1)));
}

/** 1 ÷ (1 + e^−x) in four lanes. */
export function sigmoid(x: v128): v128 {
  return f32x4.div(f32x4.splat(1), f32x4.add(exponentialLess1(f32x4.neg(x)), f32x4.splat(2)));
}

/** tanh x in four lanes; relative accuracy near 0 too. */
export function tanh(x: v128): v128 {
  const e = exponentialLess1(f32x4.add(x, x));
  return f32x4.div(e, f32x4.add(e, f32x4.splat(2)));
}
