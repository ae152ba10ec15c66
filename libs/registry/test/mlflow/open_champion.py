"""Finds the champion of a registered name with MLflow's own client and runs it, as somebody who knows nothing of Closing Bell would.

Usage: open_champion.py TRACKING_URI NAME FOLDER. Reads FOLDER/inputs (raw float32) with the sides in FOLDER/sides.json; writes
FOLDER/pyfunc.outputs and FOLDER/keras.outputs. Prints a JSON object of what MLflow knows of the champion.
"""

import hashlib
import json
import os
import pathlib
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1"

import mlflow
import numpy
import yaml

uri, name, folder = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
mlflow.set_tracking_uri(uri)
client = mlflow.MlflowClient()

version = client.get_model_version_by_alias(name, "champion")
run = client.get_run(version.run_id)
champion = f"models:/{name}@champion"
inputs = numpy.fromfile(folder / "inputs", dtype="<f4").reshape(json.loads((folder / "sides.json").read_text()))

served = mlflow.pyfunc.load_model(champion)
served.predict(inputs)["outputs"].astype("<f4").tofile(folder / "pyfunc.outputs")
network = mlflow.keras.load_model(champion, load_model_kwargs={"safe_mode": True})
network.predict_on_batch(inputs).astype("<f4").tofile(folder / "keras.outputs")

# A model's files by the flavor's own description, as a reader of TensorFlow.js would find them.
files = pathlib.Path(mlflow.artifacts.download_artifacts(champion))
tfjs = served.metadata.flavors["tfjs"]
experiments = [run.info.experiment_id]
listed = mlflow.search_logged_models(experiment_ids=experiments, output_format="list")
(logged,) = (model for model in listed if model.model_id == served.metadata.model_id)
datasets = [given.dataset for given in run.inputs.dataset_inputs]
trials = mlflow.search_runs(experiments, f"tags.`mlflow.parentRunId` = '{version.run_id}'", output_format="list")

# Closing Bell's own files by the manifest that its flavor names, which the version's tags give the hash of.
manifest_file = files / served.metadata.flavors["closing_bell"]["manifest"]
manifest = json.loads(manifest_file.read_text())


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


whole = sha256(manifest_file) == version.tags["closing-bell.manifest-sha256"] and all(
    sha256(manifest_file.parent / file["path"]) == file["sha256"] for file in manifest["files"].values()
)

print(
    json.dumps(
        {
            "version": int(version.version),
            "loader": served.metadata.flavors["python_function"]["loader_module"],
            "signature": {
                "inputs": served.metadata.signature.inputs.to_dict(),
                "outputs": served.metadata.signature.outputs.to_dict(),
            },
            "tfjs": {
                "weights": (files / tfjs["data"] / "weights.bin").stat().st_size,
                "format": json.loads((files / tfjs["model_json"]).read_text())["format"],
                "preprocessing": (files / tfjs["preprocessing"]).is_file(),
            },
            "run": {
                "status": run.info.status,
                "params": run.data.params,
                "metrics": {"crps": [point.value for point in client.get_metric_history(run.info.run_id, "crps")]},
                "losses": [
                    [point.step, point.value] for point in client.get_metric_history(run.info.run_id, "trainingLoss")
                ],
                "name": run.info.run_name,
                "note": run.data.tags["mlflow.note.content"],
                "artifacts": [artifact.path for artifact in client.list_artifacts(run.info.run_id)],
                "trials": [[trial.info.run_name, trial.data.metrics] for trial in trials],
            },
            "datasets": {
                dataset.name: {
                    "uri": json.loads(dataset.source)["uri"],
                    "sha256": json.loads(dataset.profile)["sha256"],
                }
                for dataset in datasets
            },
            "own": {"whole": whole, "files": sorted(manifest["files"]), "lineage": manifest["lineage"]},
            "description": version.description,
            "model": {
                "name": logged.name,
                "id": logged.model_id,
                "status": str(logged.status),
                "metrics": [[metric.key, metric.value] for metric in logged.metrics],
            },
            "environment": {
                "conda": yaml.safe_load((files / "conda.yaml").read_text())["dependencies"][0],
                "virtualenv": yaml.safe_load((files / "python_env.yaml").read_text())["python"],
                "requirements": pathlib.Path(mlflow.pyfunc.get_model_dependencies(champion)).read_text().split(),
            },
        }
    )
)
