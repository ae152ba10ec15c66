/** Sum of squares of floats[count], count a multiple of 4, in double precision. */
export function sumOfSquares(values: usize, count: i32): f64 {
  let even = f64x2.splat(0);
  let odd = f64x2.splat(0);
  const end = values + ((<usize>count) << 2);
  for (; values < end; values += 16) {
    const four = v128.load(values);
    const low = f64x2.promote_low_f32x4(four);
    const high = f64x2.promote_low_f32x4(v128.shuffle<i64>(four, four, 1, 0));
    even = f64x2.add(even, f64x2.mul(low, low));
    odd = f64x2.add(odd, f64x2.mul(high, high));
  }
  const sum = f64x2.add(even, odd);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/**
 * One step of Adam on floats[count], count a multiple of 4. factor: what gradients are multiplied by first; rate: the learning
 * rate with the correction of both moments.
 */
export function moveByAdam(
  count: i32,
  weights: usize,
  gradients: usize,
  means: usize,
  squares: usize,
  factor: f32,
  rate: f32,
  firstDecay: f64,
  secondDecay: f64,
  epsilon: f32,
): void {
  const scale = f32x4.splat(factor);
  const step = f32x4.splat(rate);
  const keptMean = f32x4.splat(<f32>firstDecay);
  const newMean = f32x4.splat(<f32>(1 - firstDecay));
  const keptSquare = f32x4.splat(<f32>secondDecay);
  const newSquare = f32x4.splat(<f32>(1 - secondDecay));
  const least = f32x4.splat(epsilon);
  for (let at: usize = 0; at < (<usize>count) << 2; at += 16) {
    const gradient = f32x4.mul(v128.load(gradients + at), scale);
    const mean = f32x4.add(f32x4.mul(v128.load(means + at), keptMean), f32x4.mul(gradient, newMean));
    const square = f32x4.add(
      f32x4.mul(v128.load(squares + at), keptSquare),
      f32x4.mul(f32x4.mul(gradient, gradient), newSquare),
    );
    v128.store(means + at, mean);
    v128.store(squares + at, square);
    const move = f32x4.div(f32x4.mul(mean, step), f32x4.add(f32x4.sqrt(square), least));
    v128.store(weights + at, f32x4.sub(v128.load(weights + at), move));
  }
}
