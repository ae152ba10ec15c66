import { setFlagsFromString } from 'node:v8';
import { PLAIN_KERNEL, RELAXED_KERNEL } from './kernel-binary';

/** What an instance of the kernel exports; each is told of where it is defined, in kernel/network.ts. */
export interface Kernel {
  readonly memory: WebAssembly.Memory;
  fuses(): number;
  open(features: number, units: number, outputs: number, lookback: number, trains: boolean): number;
  reserve(size: number): number;
  weightsAt(): number;
  gradientsAt(): number;
  meansAt(): number;
  squaresAt(): number;
  gateStride(): number;
  headOffset(): number;
  headStride(): number;
  inputsAt(): number;
  maskAt(): number;
  outputsAt(): number;
  weightsChanged(): void;
  forward(masked: boolean): void;
  sayFrom(step: number, masked: boolean): void;
  backward(masked: boolean, count: number): void;
  gradientSquares(): number;
  move(factor: number, rate: number, firstDecay: number, secondDecay: number, epsilon: number): void;
}

/** A build of the kernel that this machine can run. */
export interface KernelBuild {
  /** Whether it rounds a product and its sum once. */
  readonly fused: boolean;
  readonly binary: Uint8Array;
  /** A new instance, with a memory of its own. */
  readonly instantiate: () => Kernel;
}

/** The build that gives the same bytes on every machine; or, if asked for and where the machine has it, the fused one. */
export function compileKernel({ fused }: { fused: boolean }): KernelBuild {
  return (fused ? compileFused() : undefined) ?? compile(PLAIN_KERNEL, false);
}

/** The fused build, unless Node or the processor lacks what it takes: then it would be slower than the plain one. */
function compileFused(): KernelBuild | undefined {
  const binary = Buffer.from(RELAXED_KERNEL, 'base64');
  // Node 20 has the instructions, which were standardised later, behind this flag.
  if (!WebAssembly.validate(binary)) setFlagsFromString('--experimental-wasm-relaxed-simd');
  if (!WebAssembly.validate(binary)) return undefined;
  const build = compile(RELAXED_KERNEL, true);
  return build.instantiate().fuses() === 0 ? undefined : build;
}

function compile(base64: string, fused: boolean): KernelBuild {
  const binary = Buffer.from(base64, 'base64');
  const module = new WebAssembly.Module(binary);
  return {
    fused,
    binary,
    instantiate: () => new WebAssembly.Instance(module).exports as Kernel,
  };
}
