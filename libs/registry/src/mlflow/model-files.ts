import { type LoggedModel } from './entities';
import { toYaml, type Yaml } from './yaml';

/**
 * What opens the models in Python, at the versions that the tests open them with (`tools/mlflow/requirements.in`), and the Python that
 * those are for.
 */
export const PYTHON = {
  python: '3.11',
  mlflow: '3.17.2',
  onnx: '1.23.2',
  onnxruntime: '1.32.0',
  keras: '3.15.1',
  numpy: '2.4.6',
} as const;

/** Where the registry's own description of a model lies within it. */
export const MANIFEST_FILE = 'closing-bell/manifest.json';

/** The tfjs-layers format that `model.json` follows. */
const TFJS_VERSION = '4.22.0';

type DescribedModel = Pick<LoggedModel, 'id' | 'artifactUri' | 'sourceRunId' | 'createdAt'>;
type Flavors = Readonly<Record<string, Readonly<Record<string, Yaml>>>>;

/** The files of a network, by their names in the registry. */
export interface NetworkFiles {
  readonly 'model.onnx': Buffer;
  readonly 'model.keras': Buffer;
  /** TensorFlow.js layers, with weights.bin. */
  readonly 'model.json': Buffer;
  readonly 'weights.bin': Buffer;
  /** How bars become the network's inputs, and its outputs a forecast. */
  readonly 'preprocessing.json': Buffer;
}

/** float32, without the batch that comes first: [lookback, features] → [lookback, outputs]. */
export interface NetworkSignature {
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/**
 * The files of an MLflow model, by path, that one network makes in three formats: `mlflow.pyfunc.load_model` and `mlflow models serve`
 * run the ONNX one, `mlflow.keras.load_model` opens the Keras one, and the flavor `tfjs` says where the one for TensorFlow.js lies. The
 * flavor `closing_bell` names the manifest of what the services read. Same model and network, same bytes.
 *
 *     MLmodel  model.onnx  data/model.keras  tfjs/{model.json,weights.bin}  preprocessing.json
 *     requirements.txt  conda.yaml  python_env.yaml
 *
 * Source: what `save_model` of mlflow.onnx and mlflow.keras 3.17.2 writes.
 */
export function mlflowModelFiles(
  model: DescribedModel,
  files: NetworkFiles,
  signature: NetworkSignature,
): Record<string, Buffer> {
  const saved: Record<string, Buffer> = {
    'model.onnx': files['model.onnx'],
    'data/model.keras': files['model.keras'],
    'data/keras_module.txt': Buffer.from('keras'),
    'tfjs/model.json': files['model.json'],
    'tfjs/weights.bin': files['weights.bin'],
    'preprocessing.json': files['preprocessing.json'],
    'requirements.txt': Buffer.from(requirements().join('\n') + '\n'),
    'conda.yaml': Buffer.from(condaEnvironment()),
    'python_env.yaml': Buffer.from(pythonEnvironment()),
  };
  const size = sizeOf(saved);
  return { MLmodel: Buffer.from(description(model, size, { ...FLAVORS, ...OWN_FLAVOR }, signature)), ...saved };
}

/** The files of an MLflow model that nothing but Closing Bell can run. files: its own, by path. */
export function plainModelFiles(
  model: DescribedModel,
  files: Readonly<Record<string, Buffer>>,
): Record<string, Buffer> {
  return { MLmodel: Buffer.from(description(model, sizeOf(files), OWN_FLAVOR)) };
}

function sizeOf(files: Readonly<Record<string, Buffer>>): number {
  return Object.values(files).reduce((sum, bytes) => sum + bytes.length, 0);
}

const OWN_FLAVOR: Flavors = { closing_bell: { manifest: MANIFEST_FILE } };

const FLAVORS: Flavors = {
  keras: { data: 'data', keras_backend: 'tensorflow', keras_version: PYTHON.keras, save_exported_model: false },
  onnx: {
    code: null,
    data: 'model.onnx',
    onnx_session_options: null,
    onnx_version: PYTHON.onnx,
    providers: ['CPUExecutionProvider'],
  },
  python_function: {
    code: null,
    data: 'model.onnx',
    env: { conda: 'conda.yaml', virtualenv: 'python_env.yaml' },
    loader_module: 'mlflow.onnx',
    python_version: PYTHON.python,
  },
  tfjs: {
    data: 'tfjs',
    model_json: 'tfjs/model.json',
    preprocessing: 'preprocessing.json',
    tfjs_version: TFJS_VERSION,
  },
};

function description(
  { id, artifactUri, sourceRunId, createdAt }: DescribedModel,
  size: number,
  flavors: Flavors,
  signature?: NetworkSignature,
): string {
  return toYaml({
    artifact_path: artifactUri,
    flavors,
    mlflow_version: PYTHON.mlflow,
    model_id: id,
    model_size_bytes: size,
    model_uuid: id,
    run_id: sourceRunId,
    ...(signature
      ? { signature: { inputs: tensors(signature.inputs), outputs: tensors(signature.outputs), params: null } }
      : {}),
    // The server's time of its creation, so that a second writer describes the model alike.
    utc_time_created: new Date(createdAt).toISOString().replace('T', ' ').replace('Z', '000'),
  });
}

/** One tensor, in MLflow's own JSON: -1 stands for a batch of any size. */
function tensors(shape: readonly number[]): string {
  return JSON.stringify([{ type: 'tensor', 'tensor-spec': { dtype: 'float32', shape: [-1, ...shape] } }]);
}

/** What the ONNX model takes. Keras and TensorFlow, which are large, are for whoever opens the other one. */
function requirements(): string[] {
  const { mlflow, numpy, onnx, onnxruntime } = PYTHON;
  return [`mlflow==${mlflow}`, `numpy==${numpy}`, `onnx==${onnx}`, `onnxruntime==${onnxruntime}`];
}

function condaEnvironment(): string {
  return toYaml({
    channels: ['conda-forge'],
    dependencies: [`python=${PYTHON.python}`, 'pip', { pip: requirements() }],
    name: 'mlflow-env',
  });
}

function pythonEnvironment(): string {
  return toYaml({ python: PYTHON.python, build_dependencies: ['pip'], dependencies: ['-r requirements.txt'] });
}
