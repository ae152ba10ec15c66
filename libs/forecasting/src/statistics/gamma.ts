/** Below this the functions climb by their recurrence; from here on the first terms of Stirling's series are exact to double precision. */
const STIRLING_FROM = 10;

/** ln Γ(x) for x > 0, to about 1e-15 relative. Source: Abramowitz and Stegun 6.1.41 with the recurrence 6.1.15. */
export function logGamma(x: number): number {
  let climbed = 1;
  let at = x;
  for (; at < STIRLING_FROM; at++) climbed *= at;
  const inverse = 1 / at;
  const square = inverse * inverse;
  const series =
    inverse *
    (1 / 12 -
      square *
        (1 / 360 -
          square * (1 / 1260 - square * (1 / 1680 - square * (1 / 1188 - square * (691 / 360360 - square / 156))))));
  return (at - 0.5) * Math.log(at) - at + 0.5 * Math.log(2 * Math.PI) + series - Math.log(climbed);
}

/** ψ(x), the derivative of ln Γ, for x > 0. Source: Abramowitz and Stegun 6.3.18 with the recurrence 6.3.5. */
export function digamma(x: number): number {
  let climbed = 0;
  let at = x;
  for (; at < STIRLING_FROM; at++) climbed += 1 / at;
  const square = 1 / (at * at);
  const series =
    square *
    (1 / 12 -
      square *
        (1 / 120 -
          square * (1 / 252 - square * (1 / 240 - square * (1 / 132 - square * (691 / 32760 - square / 12))))));
  return Math.log(at) - 0.5 / at - series - climbed;
}
