/** A bar as the drift rules read it. */
export interface SimulatedBar {
  readonly high: number;
  readonly low: number;
  readonly close: number;
}

/** Draws one standardised shock: mean 0, variance 1. */
type Shocks = (random: SeededRandom) => number;

/** A process of returns in which nothing changes. */
export interface Process {
  readonly name: string;
  readonly start: (random: SeededRandom) => () => Session;
}

/** What a session is made of: its return is volatility × shock. */
interface Session {
  readonly volatility: number;
  readonly shock: number;
}

/** What changes from one session on. */
export interface Change {
  readonly name: string;
  /** Multiplies the volatility, `sessions` after the change began. */
  readonly volatility: (sessions: number) => number;
  /** Added to each return, in daily standard deviations. */
  readonly shift: (sessions: number) => number;
}

/** Daily standard deviation of returns. */
const VOLATILITY = 0.01;
/** GARCH(1,1) of daily returns of an index as it is usually estimated. */
const ALPHA = 0.09;
const BETA = 0.9;
const DEGREES = 4;
/** Sessions until GARCH has forgotten where it began. */
const WARM_UP = 300;
const REGIME = 60;

export const processes: readonly Process[] = [
  { name: 'i.i.d. normal', start: independent((random) => random.normal()) },
  { name: 'i.i.d. Student-t(4)', start: independent(studentShock) },
  { name: 'GARCH(1,1), normal', start: garch((random) => random.normal()) },
  { name: 'GARCH(1,1), Student-t(4)', start: garch(studentShock) },
];

export const changes: readonly Change[] = [
  { name: 'volatility doubles', volatility: () => 2, shift: () => 0 },
  { name: 'mean falls by one deviation', volatility: () => 1, shift: () => -1 },
  {
    name: `regime of ${REGIME} sessions, volatility × 3`,
    volatility: (sessions) => (sessions < REGIME ? 3 : 1),
    shift: () => 0,
  },
];

/** Uniform and normal numbers from a seed (mulberry32; Box and Muller 1958). */
export class SeededRandom {
  constructor(private state: number) {}

  uniform(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }

  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }
}

/**
 * Bars of a process, to which something may happen `sessions` before its end. A session's high and low are those of a bridge that
 * ends at its close. length: bars; seed: any integer → bar[length].
 */
export function simulate(
  process: Process,
  seed: number,
  length: number,
  change?: Change,
  sessions = 0,
): SimulatedBar[] {
  const random = new SeededRandom(seed);
  const next = process.start(random);
  let close = 100;
  return Array.from({ length }, (_, index) => {
    const { volatility, shock } = next();
    const since = index - (length - sessions);
    const changed = change !== undefined && since >= 0;
    const deviation = volatility * (changed ? change.volatility(since) : 1);
    const move = deviation * shock + (changed ? change.shift(since) * VOLATILITY : 0);
    const [highest, lowest] = bridge(random, move, deviation);
    const bar = { high: close * Math.exp(highest), low: close * Math.exp(lowest), close: close * Math.exp(move) };
    close = bar.close;
    return bar;
  });
}

/**
 * Highest and lowest log price of a Brownian bridge from 0 to `end`, each by its own distribution as if there were not the other.
 * Source: Karatzas and Shreve 1991, 4.3.40.
 */
function bridge(random: SeededRandom, end: number, deviation: number): [number, number] {
  const reach = () => Math.sqrt(end ** 2 - 2 * deviation ** 2 * Math.log(1 - random.uniform()));
  return [(end + reach()) / 2, (end - reach()) / 2];
}

function independent(shocks: Shocks): Process['start'] {
  return (random) => () => ({ volatility: VOLATILITY, shock: shocks(random) });
}

function garch(shocks: Shocks): Process['start'] {
  return (random) => {
    let variance = VOLATILITY ** 2;
    const next = (): Session => {
      const session = { volatility: Math.sqrt(variance), shock: shocks(random) };
      const square = (session.volatility * session.shock) ** 2;
      variance = (1 - ALPHA - BETA) * VOLATILITY ** 2 + ALPHA * square + BETA * variance;
      return session;
    };
    for (let session = 0; session < WARM_UP; session++) next();
    return next;
  };
}

/** Student-t with four degrees of freedom, whose variance is 2, made to have variance 1. */
function studentShock(random: SeededRandom): number {
  let square = 0;
  for (let degree = 0; degree < DEGREES; degree++) square += random.normal() ** 2;
  return random.normal() / Math.sqrt(square / DEGREES) / Math.SQRT2;
}
