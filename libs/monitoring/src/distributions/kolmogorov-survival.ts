const PI2 = Math.PI ** 2;
/** Where matrices are rescaled, so that their powers do not overflow. */
const LARGE = 1e140;

/**
 * P(D > distance) of the two-sided one-sample Kolmogorov statistic of n values, 0–1; the same to 1e-10 as scipy's `kstwo.sf`, whose
 * choice of method this is. n: a whole number ≥ 1; distance: 0–1.
 * Source: Simard and L'Ecuyer 2011.
 */
export function kolmogorovSurvival(n: number, distance: number): number {
  if (n * distance <= 0.5) return 1;
  if (distance >= 1) return 0;
  const square = n * distance ** 2;
  const survival =
    distance >= 0.5 || square >= (n <= 140 ? 4 : 2.2)
      ? 2 * oneSidedSurvival(n, distance)
      : n <= 140 || (n <= 100_000 && n * distance ** 1.5 <= 1.4)
        ? 1 - byMatrixPower(n, distance)
        : 1 - byExpansion(n, distance);
  return Math.min(1, Math.max(0, survival));
}

/** P(D⁺ > distance), a sum of positive terms. Source: Birnbaum and Tingey 1951. */
function oneSidedSurvival(n: number, distance: number): number {
  let sum = 0;
  let logChoose = 0;
  for (let j = 0; j < n * (1 - distance); j++) {
    if (j > 0) logChoose += Math.log((n - j + 1) / j);
    const below = distance + j / n;
    sum += Math.exp(logChoose + (j - 1) * Math.log(below) + (n - j) * Math.log1p(-below));
  }
  return distance * sum;
}

/** P(D ≤ distance), exact. Source: Marsaglia, Tsang and Wang 2003. */
function byMatrixPower(n: number, distance: number): number {
  const k = Math.ceil(n * distance);
  const size = 2 * k - 1;
  const h = k - n * distance;
  const base = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= Math.min(size - 1, row + 1); column++) {
      let value = 1;
      if (column === 0) value -= h ** (row + 1);
      if (row === size - 1) value -= h ** (size - column);
      if (column === 0 && row === size - 1) value += Math.max(0, 2 * h - 1) ** size;
      for (let divisor = 2; divisor <= row - column + 1; divisor++) value /= divisor;
      base[row * size + column] = value;
    }
  }
  const power = matrixPower({ values: base, logScale: 0 }, size, n);
  let logFactor = power.logScale;
  for (let i = 1; i <= n; i++) logFactor += Math.log(i / n);
  return (power.values[(k - 1) * size + k - 1] as number) * Math.exp(logFactor);
}

/** A square matrix, row by row, times e^logScale. */
interface ScaledMatrix {
  readonly values: Float64Array;
  readonly logScale: number;
}

function matrixPower(base: ScaledMatrix, size: number, exponent: number): ScaledMatrix {
  if (exponent === 1) return base;
  const root = matrixPower(base, size, Math.floor(exponent / 2));
  const squared = product(root, root, size);
  return exponent % 2 === 0 ? squared : product(squared, base, size);
}

function product(a: ScaledMatrix, b: ScaledMatrix, size: number): ScaledMatrix {
  const values = new Float64Array(size * size);
  let largest = 0;
  for (let row = 0; row < size; row++) {
    for (let inner = 0; inner < size; inner++) {
      const factor = a.values[row * size + inner] as number;
      if (factor === 0) continue;
      for (let column = 0; column < size; column++) {
        values[row * size + column] =
          (values[row * size + column] as number) + factor * (b.values[inner * size + column] as number);
      }
    }
  }
  for (const value of values) largest = Math.max(largest, value);
  const logScale = a.logScale + b.logScale;
  if (largest < LARGE) return { values, logScale };
  return { values: values.map((value) => value / largest), logScale: logScale + Math.log(largest) };
}

/** P(D ≤ distance) by an expansion in 1/√n. Source: Pelz and Good 1976. */
function byExpansion(n: number, distance: number): number {
  const z = Math.sqrt(n) * distance;
  const z2 = z * z;
  const z4 = z2 * z2;
  const z6 = z4 * z2;
  const terms = Math.ceil((16 * z) / Math.PI);
  let [k0, k1, k2, k3] = [0, 0, 0, 0];
  for (let k = terms; k >= 1; k--) {
    const odd = (PI2 / 4) * (2 * k - 1) ** 2;
    const weight = Math.exp(-odd / 2 / z2);
    k0 += weight;
    k1 += weight * (odd - z2);
    k2 += weight * (6 * z6 + 2 * z4 + (2 * z4 - 5 * z2) * odd + (1 - 2 * z2) * odd ** 2);
    k3 +=
      weight *
      (-30 * z6 -
        90 * z4 * z4 +
        (135 * z4 - 96 * z6) * odd +
        (212 * z4 - 60 * z2) * odd ** 2 +
        (5 - 30 * z2) * odd ** 3);
  }
  let [extra2, extra3] = [0, 0];
  for (let k = terms; k >= 1; k--) {
    const whole = PI2 * k * k;
    const weight = Math.exp(-whole / 2 / z2);
    extra2 += weight * whole;
    extra3 += weight * whole * (3 * z2 - whole);
  }
  const root = Math.sqrt(2 * Math.PI);
  return (
    root *
    (k0 / z +
      k1 / (6 * z4) / Math.sqrt(n) +
      (k2 / (72 * z ** 7) - extra2 / (36 * z ** 3)) / n +
      (k3 / (6480 * z ** 10) + extra3 / (216 * z6)) / n ** 1.5)
  );
}
