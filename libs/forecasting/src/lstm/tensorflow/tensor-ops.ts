/** A tensor in TensorFlow's memory, by the number that the addon knows it by. */
export type TensorId = number;

/** What is used of tfjs-node's addon. */
interface Addon {
  readonly TF_Version: string;
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_INT64: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_SHAPE: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_TYPE: number;
  createTensor(shape: readonly number[], type: number, values: Float32Array | Int32Array): TensorId;
  deleteTensor(tensor: TensorId): void;
  tensorDataSync(tensor: TensorId): Float32Array;
  executeOp(
    op: string,
    attributes: readonly Attribute[],
    inputs: readonly TensorId[],
    outputs: number,
  ): { readonly id: TensorId }[];
  getNumOfTensors(): number;
}

/** An attribute of an operation, as the addon takes it. TensorFlow infers the types of single inputs by itself. */
interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: number | boolean | string | readonly number[];
}

/**
 * The name by which TensorFlow makes each variable another one. Names of our own would each leave a kernel in its cache. Source:
 * ResourceHandle::ANONYMOUS_NAME.
 */
const ANONYMOUS = 'cd2c89b7-88b7-44c8-ad83-06c2a9158347';

const NO_ATTRIBUTES: readonly Attribute[] = [];

/**
 * TensorFlow's operations, one at a time, through tfjs-node's addon. The addon is loaded by itself: TensorFlow.js above it costs
 * most of the time and memory of opening it, and its kernels are not used.
 */
export class TensorOps {
  private readonly addon: Addon;
  private scoped: TensorId[] | undefined;

  /**
   * path: tfjs-node's addon, the `.node` file.
   * @throws where the addon or the TensorFlow library beside it cannot be loaded.
   */
  constructor(path: string) {
    const module = { exports: {} };
    try {
      process.dlopen(module, path);
    } catch (cause) {
      throw new Error(
        `TensorFlow cannot be loaded from ${path}: ${String(cause)} Provide it with \`make tensorflow\`.`,
        {
          cause,
        },
      );
    }
    this.addon = module.exports as Addon;
  }

  /** TensorFlow's own version, such as 2.21.0. */
  get version(): string {
    return this.addon.TF_Version;
  }

  /** Tensors that are held. */
  get held(): number {
    return this.addon.getNumOfTensors();
  }

  /** A tensor of `values`, which must not change while it lives: the memory may be shared. */
  float(shape: readonly number[], values: Float32Array): TensorId {
    return this.keep(this.addon.createTensor(shape, this.addon.TF_FLOAT, values));
  }

  scalar(value: number): TensorId {
    return this.float([], Float32Array.of(value));
  }

  int32(shape: readonly number[], ...values: readonly number[]): TensorId {
    return this.keep(this.addon.createTensor(shape, this.addon.TF_INT32, Int32Array.from(values)));
  }

  /** A 64-bit scalar of a small number. Each operation that takes one leaks a handle unless the scalar is kept: make it once. */
  int64(value: number): TensorId {
    return this.keep(this.addon.createTensor([], this.addon.TF_INT64, Int32Array.of(value, 0)));
  }

  bool(name: string, value: boolean): Attribute {
    return { name, type: this.addon.TF_ATTR_BOOL, value };
  }

  int(name: string, value: number): Attribute {
    return { name, type: this.addon.TF_ATTR_INT, value };
  }

  decimal(name: string, value: number): Attribute {
    return { name, type: this.addon.TF_ATTR_FLOAT, value };
  }

  /** The attribute `name` that says: float32. */
  floats(name: string): Attribute {
    return { name, type: this.addon.TF_ATTR_TYPE, value: this.addon.TF_FLOAT };
  }

  /** Runs an operation of one output. */
  run(op: string, inputs: readonly TensorId[], attributes = NO_ATTRIBUTES): TensorId {
    const [output] = this.addon.executeOp(op, attributes, inputs, 1);
    if (!output) throw new Error(`TensorFlow's ${op} gave nothing.`);
    return this.keep(output.id);
  }

  /** Runs an operation of `outputs` outputs. */
  runMany(op: string, inputs: readonly TensorId[], outputs: number, attributes = NO_ATTRIBUTES): TensorId[] {
    return this.addon.executeOp(op, attributes, inputs, outputs).map(({ id }) => this.keep(id));
  }

  /** Runs an operation for what it does to a variable. */
  runFor(op: string, inputs: readonly TensorId[], attributes = NO_ATTRIBUTES): void {
    this.addon.executeOp(op, attributes, inputs, 0);
  }

  /** A variable that starts at `values`, whose memory it takes over. */
  variable(shape: readonly number[], values: Float32Array): TensorId {
    const { TF_ATTR_SHAPE, TF_ATTR_STRING } = this.addon;
    const variable = this.run(
      'VarHandleOp',
      [],
      [
        this.floats('dtype'),
        { name: 'shape', type: TF_ATTR_SHAPE, value: shape },
        { name: 'shared_name', type: TF_ATTR_STRING, value: ANONYMOUS },
      ],
    );
    this.scope(() => this.runFor('AssignVariableOp', [variable, this.float(shape, values)]));
    return variable;
  }

  /** A variable's value. While it is held, the next change of the variable copies it. */
  value(variable: TensorId): TensorId {
    return this.run('ReadVariableOp', [variable], [this.floats('dtype')]);
  }

  /** Frees variables with their values. */
  destroy(variables: readonly TensorId[]): void {
    for (const variable of variables) this.runFor('DestroyResourceOp', [variable]);
    this.free(variables);
  }

  /** A copy of a tensor's values. */
  read(tensor: TensorId): Float32Array {
    return this.addon.tensorDataSync(tensor);
  }

  free(tensors: readonly TensorId[]): void {
    for (const tensor of tensors) this.addon.deleteTensor(tensor);
  }

  /** Runs `compute` and frees every tensor made in it. */
  scope<T>(compute: () => T): T {
    const outer = this.scoped;
    const made: TensorId[] = (this.scoped = []);
    try {
      return compute();
    } finally {
      this.scoped = outer;
      this.free(made);
    }
  }

  /** Runs `compute` and frees every tensor made in it but those that it returns, which are the surrounding scope's. */
  scopeExcept<T extends readonly TensorId[]>(compute: () => T): T {
    const outer = this.scoped;
    const made: TensorId[] = (this.scoped = []);
    let kept: T | undefined;
    try {
      kept = compute();
      return kept;
    } finally {
      this.scoped = outer;
      for (const tensor of made) {
        if (kept?.includes(tensor)) this.keep(tensor);
        else this.addon.deleteTensor(tensor);
      }
    }
  }

  private keep(tensor: TensorId): TensorId {
    this.scoped?.push(tensor);
    return tensor;
  }
}
