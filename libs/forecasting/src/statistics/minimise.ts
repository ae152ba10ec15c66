/** Coefficients of the moves of the simplex: reflection, expansion, contraction, shrinkage. */
const REFLECTION = 1;
const EXPANSION = 2;
const CONTRACTION = 0.5;
const SHRINKAGE = 0.5;

/** Values of a simplex that differ by less than this part of their size are one minimum. */
const VALUE_TOLERANCE = 1e-10;
/** A restart that gains less than this part of the value ends the search. */
const RESTART_TOLERANCE = 1e-8;
const RESTARTS = 10;
/** Most evaluations of a simplex, by dimension. */
const EVALUATIONS = 400;

/** Where a function is least, as far as was found. */
export interface Minimum {
  readonly at: Float64Array;
  readonly value: number;
}

/**
 * Minimises a function of few variables without derivatives, always by the same steps: a simplex of n + 1 points moves downhill,
 * and is built anew around its best point until that gains nothing, since a simplex that has collapsed may have stopped on a
 * slope. NaN counts as +∞.
 *
 * objective: called with number[n], which it must not keep; start: number[n]; steps: number[n], the first size of the simplex
 * along each variable. Source: Nelder and Mead 1965.
 */
export function minimise(
  objective: (at: Float64Array) => number,
  start: readonly number[],
  steps: readonly number[],
): Minimum {
  let best: Minimum = { at: Float64Array.from(start), value: valueAt(objective, Float64Array.from(start)) };
  for (let restart = 0; restart < RESTARTS; restart++) {
    const next = descend(objective, best, steps);
    const gain = best.value - next.value;
    best = next;
    if (restart > 0 && !(gain > RESTART_TOLERANCE * Math.abs(best.value))) break;
  }
  return best;
}

function valueAt(objective: (at: Float64Array) => number, at: Float64Array): number {
  const value = objective(at);
  return Number.isNaN(value) ? Infinity : value;
}

/** One simplex, from where it is built to where it has collapsed. */
function descend(objective: (at: Float64Array) => number, start: Minimum, steps: readonly number[]): Minimum {
  const variables = steps.length;
  let evaluations = 0;
  const vertexAt = (at: Float64Array): Minimum => {
    evaluations++;
    return { at, value: valueAt(objective, at) };
  };
  const simplex = [
    start,
    ...steps.map((step, variable) => vertexAt(start.at.map((x, i) => (i === variable ? x + step : x)))),
  ];
  const centre = new Float64Array(variables);

  for (;;) {
    simplex.sort((a, b) => a.value - b.value);
    const [best, worst, secondWorst] = [simplex[0], simplex[variables], simplex[variables - 1]] as [
      Minimum,
      Minimum,
      Minimum,
    ];
    const isFlat = worst.value - best.value <= VALUE_TOLERANCE * Math.abs(best.value);
    if (isFlat || evaluations >= EVALUATIONS * variables) return best;

    centre.fill(0);
    for (let index = 0; index < variables; index++) {
      simplex[index]?.at.forEach((x, variable) => (centre[variable] = (centre[variable] ?? NaN) + x / variables));
    }
    /** The point on the line from the worst vertex through the centre of the others, `distance` beyond it. */
    const beyond = (distance: number): Minimum =>
      vertexAt(centre.map((x, variable) => x + distance * (x - (worst.at[variable] ?? NaN))));

    const reflected = beyond(REFLECTION);
    if (reflected.value < best.value) {
      const expanded = beyond(EXPANSION);
      simplex[variables] = expanded.value < reflected.value ? expanded : reflected;
    } else if (reflected.value < secondWorst.value) {
      simplex[variables] = reflected;
    } else {
      const contracted = beyond(reflected.value < worst.value ? CONTRACTION : -CONTRACTION);
      if (contracted.value < Math.min(reflected.value, worst.value)) simplex[variables] = contracted;
      else {
        for (let index = 1; index <= variables; index++) {
          const vertex = simplex[index] ?? best;
          simplex[index] = vertexAt(
            vertex.at.map((x, variable) => (best.at[variable] ?? NaN) + SHRINKAGE * (x - (best.at[variable] ?? NaN))),
          );
        }
      }
    }
  }
}
