/**
 * a × b + c in four lanes. The relaxed build rounds once where the machine has fused multiply-add, which is twice as fast; the
 * plain build rounds twice and so gives the same bytes on every machine.
 */
export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** Whether `multiplyAdd` rounds once on this machine. */
export function fuses(): bool {
  // (1 + ε)(1 − ε) − 1 = −ε², which is lost where the product is rounded to 1 first.
  const epsilon: f32 = 1.0 / 4096.0;
  const lanes = multiplyAdd(f32x4.splat(1 + epsilon), f32x4.splat(1 - epsilon), f32x4.splat(-1));
  return f32x4.extract_lane(lanes, 0) != 0;
}
