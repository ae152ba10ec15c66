/** A least-squares fit that takes its rows one by one. */
export interface LeastSquares {
  readonly rows: number;
  /** regressors: number[n], one of them constant where an intercept is wanted. */
  add(regressors: Float64Array, outcome: number): void;
  /** The n coefficients that minimise the sum of squared errors. */
  solve(): number[];
}

/** What is added to the diagonal relative to it, so that regressors that are the same share their weight. */
const RIDGE = 1e-9;

/** Starts a fit of n coefficients by the normal equations, which are small and well scaled here. Source: Gauss 1809; Cholesky. */
export function leastSquares(n: number): LeastSquares {
  const products = new Float64Array(n * n);
  const right = new Float64Array(n);
  let rows = 0;
  return {
    get rows() {
      return rows;
    },
    add(regressors, outcome) {
      rows++;
      for (let i = 0; i < n; i++) {
        const value = regressors[i] ?? NaN;
        right[i] = (right[i] ?? NaN) + value * outcome;
        for (let j = 0; j <= i; j++) {
          products[i * n + j] = (products[i * n + j] ?? NaN) + value * (regressors[j] ?? NaN);
        }
      }
    },
    solve() {
      const lower = Float64Array.from(products);
      const at = (i: number, j: number): number => lower[i * n + j] ?? NaN;
      for (let i = 0; i < n; i++) lower[i * n + i] = at(i, i) * (1 + RIDGE) + Number.MIN_VALUE;
      for (let i = 0; i < n; i++) {
        for (let j = 0; j <= i; j++) {
          let sum = at(i, j);
          for (let k = 0; k < j; k++) sum -= at(i, k) * at(j, k);
          lower[i * n + j] = i === j ? Math.sqrt(sum) : sum / at(j, j);
        }
      }
      const solution = Float64Array.from(right);
      for (let i = 0; i < n; i++) {
        for (let k = 0; k < i; k++) solution[i] = (solution[i] ?? NaN) - at(i, k) * (solution[k] ?? NaN);
        solution[i] = (solution[i] ?? NaN) / at(i, i);
      }
      for (let i = n - 1; i >= 0; i--) {
        for (let k = i + 1; k < n; k++) solution[i] = (solution[i] ?? NaN) - at(k, i) * (solution[k] ?? NaN);
        solution[i] = (solution[i] ?? NaN) / at(i, i);
      }
      return Array.from(solution);
    },
  };
}
