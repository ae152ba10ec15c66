import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mlflowModelFiles, type NetworkFiles, plainModelFiles, PYTHON } from '../../src/mlflow/model-files';

const TOOLS = join(__dirname, '../../../../tools');
const MODEL = {
  id: `m-${'0'.repeat(32)}`,
  artifactUri: 'mlflow-artifacts:/1/models/m-0/artifacts',
  sourceRunId: 'f'.repeat(32),
  createdAt: Date.UTC(2020, 2, 16, 20, 0, 1, 5),
};
const FILES: NetworkFiles = {
  'model.onnx': Buffer.from('onnx'),
  'model.keras': Buffer.from('keras'),
  'model.json': Buffer.from('{}'),
  'weights.bin': Buffer.from([1, 2, 3]),
  'preprocessing.json': Buffer.from('{"format":1}'),
};
const SIGNATURE = { inputs: [60, 5], outputs: [60, 30] };

describe('the files of an MLflow model', () => {
  const saved = mlflowModelFiles(MODEL, FILES, SIGNATURE);

  it('describe one network in three formats', () => {
    expect(saved['MLmodel']?.toString()).toBe(`artifact_path: "mlflow-artifacts:/1/models/m-0/artifacts"
flavors:
  keras:
    data: "data"
    keras_backend: "tensorflow"
    keras_version: "3.15.1"
    save_exported_model: false
  onnx:
    code: null
    data: "model.onnx"
    onnx_session_options: null
    onnx_version: "1.23.2"
    providers:
      - "CPUExecutionProvider"
  python_function:
    code: null
    data: "model.onnx"
    env:
      conda: "conda.yaml"
      virtualenv: "python_env.yaml"
    loader_module: "mlflow.onnx"
    python_version: "3.11"
  tfjs:
    data: "tfjs"
    model_json: "tfjs/model.json"
    preprocessing: "preprocessing.json"
    tfjs_version: "4.22.0"
  closing_bell:
    manifest: "closing-bell/manifest.json"
mlflow_version: "3.17.2"
model_id: "m-00000000000000000000000000000000"
model_size_bytes: ${Object.entries(saved).reduce((sum, [path, { length }]) => (path === 'MLmodel' ? sum : sum + length), 0)}
model_uuid: "m-00000000000000000000000000000000"
run_id: "ffffffffffffffffffffffffffffffff"
signature:
  inputs: "[{\\"type\\":\\"tensor\\",\\"tensor-spec\\":{\\"dtype\\":\\"float32\\",\\"shape\\":[-1,60,5]}}]"
  outputs: "[{\\"type\\":\\"tensor\\",\\"tensor-spec\\":{\\"dtype\\":\\"float32\\",\\"shape\\":[-1,60,30]}}]"
  params: null
utc_time_created: "2020-03-16 20:00:01.005000"
`);
  });

  it('say what it takes to serve it', () => {
    expect(saved['requirements.txt']?.toString()).toBe(
      'mlflow==3.17.2\nnumpy==2.4.6\nonnx==1.23.2\nonnxruntime==1.32.0\n',
    );
    expect(saved['conda.yaml']?.toString()).toBe(`channels:
  - "conda-forge"
dependencies:
  - "python=3.11"
  - "pip"
  - pip:
      - "mlflow==3.17.2"
      - "numpy==2.4.6"
      - "onnx==1.23.2"
      - "onnxruntime==1.32.0"
name: "mlflow-env"
`);
    expect(saved['python_env.yaml']?.toString()).toBe(`python: "3.11"
build_dependencies:
  - "pip"
dependencies:
  - "-r requirements.txt"
`);
  });

  it('name the versions that the tests open them with', () => {
    const pins = ['python', 'mlflow']
      .map((tool) => readFileSync(join(TOOLS, tool, 'requirements.in'), 'utf8'))
      .join('\n');
    const { python, ...packages } = PYTHON;
    for (const [name, version] of Object.entries(packages)) expect(pins.split('\n')).toContain(`${name}==${version}`);
    expect(readFileSync(join(TOOLS, 'mlflow/requirements.txt'), 'utf8')).toContain(`--python-version ${python} `);
  });

  it('are the same bytes for the same model and network', () => {
    expect(mlflowModelFiles(MODEL, FILES, SIGNATURE)).toEqual(saved);
  });

  it('name the manifest alone where Closing Bell alone can run it', () => {
    const { MLmodel, ...rest } = plainModelFiles(MODEL, { 'forecaster.json': Buffer.from('{}') });
    expect(rest).toEqual({});
    expect(MLmodel?.toString()).toBe(`artifact_path: "mlflow-artifacts:/1/models/m-0/artifacts"
flavors:
  closing_bell:
    manifest: "closing-bell/manifest.json"
mlflow_version: "3.17.2"
model_id: "m-00000000000000000000000000000000"
model_size_bytes: 2
model_uuid: "m-00000000000000000000000000000000"
run_id: "ffffffffffffffffffffffffffffffff"
utc_time_created: "2020-03-16 20:00:01.005000"
`);
  });
});
