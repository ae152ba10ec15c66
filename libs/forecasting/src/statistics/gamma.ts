/** Below this the function climbs by its recurrence; from here on the first terms of its series will do. */
const SERIES_FROM = 7;

/**
 * Writes Γ(x + ½) ÷ Γ(x) and the derivative of its logarithm by x, to about 1e-14 and 3e-13 relative, for x > 0: what the constant of a
 * Student t density and its derivative are made of. Together, because the climb is most of the work of each; the quotient
 * instead of its logarithm, because the caller takes one logarithm of many factors. into: float64[2].
 * Source: the expansion of Tricomi and Erdélyi 1951 about x − ¼, where odd powers vanish and the Euler numbers are the
 * coefficients; the recurrence is that of Γ (Abramowitz and Stegun 6.1.15).
 */
export function gammaHalfStep(x: number, into: Float64Array): void {
  let numerator = 1;
  let denominator = 1;
  // Sum of ½ ÷ (k (k + ½)) over what was climbed, as a fraction of numerator × denominator: division is dear.
  let climbed = 0;
  let at = x;
  for (; at < SERIES_FROM; at++) {
    climbed = climbed * at * (at + 0.5) + 0.5 * numerator * denominator;
    numerator *= at;
    denominator *= at + 0.5;
  }
  const centre = at - 0.25;
  const inverse = 1 / centre;
  const square = inverse * inverse;
  const logarithm =
    square *
    (1 / 64 -
      square *
        (5 / 2048 -
          square *
            (61 / 49152 -
              square *
                (1385 / 1048576 -
                  square * (50521 / 20971520 - square * (2702765 / 402653184 - square * (199360981 / 7516192768)))))));
  // At most 4e-4, so that four terms of the exponential are exact.
  const exponential = 1 + logarithm * (1 + logarithm * (1 / 2 + logarithm / 6));
  into[0] = (numerator / denominator) * Math.sqrt(centre) * exponential;
  into[1] =
    climbed / (numerator * denominator) +
    inverse *
      (0.5 -
        square *
          (1 / 32 -
            square *
              (5 / 512 -
                square *
                  (61 / 8192 -
                    square *
                      (1385 / 131072 -
                        square *
                          (50521 / 2097152 - square * (2702765 / 33554432 - square * (199360981 / 536870912))))))));
}
