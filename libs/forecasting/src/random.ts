/**
 * Seeded pseudo-random numbers: the same seed gives the same numbers on every machine.
 * Source: xoshiro128** of Blackman and Vigna 2018, its state filled by a Weyl sequence through MurmurHash3's finaliser.
 */
export class RandomSource {
  private readonly state = new Uint32Array(4);
  private spareNormal: number | undefined;

  constructor(seed: number) {
    for (let index = 0; index < 4; index++) {
      let word = (seed + Math.imul(0x9e3779b9, index + 1)) >>> 0;
      word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
      word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
      this.state[index] = word ^ (word >>> 16);
    }
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

  private next(): number {
    const state = this.state;
    const rotate = (word: number, bits: number): number => (word << bits) | (word >>> (32 - bits));
    const [a = 0, b = 0, c = 0, d = 0] = state;
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const mixedC = c ^ a;
    const mixedD = d ^ b;
    state[1] = b ^ mixedC;
    state[0] = a ^ mixedD;
    state[2] = mixedC ^ (b << 9);
    state[3] = rotate(mixedD, 11);
    return result;
  }
}
