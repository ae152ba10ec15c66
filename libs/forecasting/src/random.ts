/** Where a {@link RandomSource} stands. */
export interface RandomState {
  /** Four signed 32-bit integers. */
  readonly words: readonly [number, number, number, number];
  /** The normal number that was drawn together with the last one; absent where there is none. */
  readonly spareNormal?: number;
}

/**
 * Seeded pseudo-random numbers: the same seed gives the same numbers on every machine.
 * Source: xoshiro128** of Blackman and Vigna 2018, its state filled by a Weyl sequence through MurmurHash3's finaliser.
 */
export class RandomSource {
  private a: number;
  private b: number;
  private c: number;
  private d: number;
  private spareNormal: number | undefined;

  constructor(seed: number) {
    const word = (index: number): number => {
      const weyl = (seed + Math.imul(0x9e3779b9, index)) >>> 0;
      const once = Math.imul(weyl ^ (weyl >>> 16), 0x85ebca6b);
      const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
      return twice ^ (twice >>> 16);
    };
    this.a = word(1);
    this.b = word(2);
    this.c = word(3);
    this.d = word(4);
  }

  /** A source that goes on where another stood. */
  static from({ words, spareNormal }: RandomState): RandomSource {
    const source = new RandomSource(0);
    [source.a, source.b, source.c, source.d] = words;
    source.spareNormal = spareNormal;
    return source;
  }

  state(): RandomState {
    const words = [this.a, this.b, this.c, this.d] as const;
    return this.spareNormal === undefined ? { words } : { words, spareNormal: this.spareNormal };
  }

  /** Uniform on [0, 1). */
  uniform(): number {
    return this.next() / 2 ** 32;
  }

  /** Standard normal. Source: Box and Muller 1958. */
  normal(): number {
    if (this.spareNormal !== undefined) {
      const spare = this.spareNormal;
      this.spareNormal = undefined;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.spareNormal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** Uniform on 0..count − 1. */
  integer(count: number): number {
    return Math.floor(this.uniform() * count);
  }

  /** The items in random order. Source: Durstenfeld 1964. */
  shuffled(items: ArrayLike<number>): number[] {
    const order = Array.from(items);
    for (let last = order.length - 1; last > 0; last--) {
      const other = this.integer(last + 1);
      const item = order[last] ?? NaN;
      order[last] = order[other] ?? NaN;
      order[other] = item;
    }
    return order;
  }

  /**
   * Sets each item to 0 with probability `rate`, to a resolution of 2^-16, and otherwise to 1 ÷ (1 − rate), so that its mean
   * is 1. Source: Srivastava et al. 2014, scaled in training as Keras does.
   */
  fillDropout(items: Float32Array, rate: number): void {
    const dropped = Math.round(rate * 2 ** 16);
    const kept = 1 / (1 - rate);
    // The sign of the difference as a factor: a branch would be mispredicted too often.
    for (let index = 0; index < items.length; index += 2) {
      const word = this.next();
      items[index] = kept * ((dropped - 1 - (word >>> 16)) >>> 31);
      if (index + 1 < items.length) items[index + 1] = kept * ((dropped - 1 - (word & 0xffff)) >>> 31);
    }
  }

  private next(): number {
    const { a, b, c, d } = this;
    const scrambled = Math.imul(b, 5);
    const mixedC = c ^ a;
    const mixedD = d ^ b;
    this.b = b ^ mixedC;
    this.a = a ^ mixedD;
    this.c = mixedC ^ (b << 9);
    this.d = (mixedD << 11) | (mixedD >>> 21);
    return Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0;
  }
}
