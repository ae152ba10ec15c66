"""Opens exported networks as their users do: Keras and onnxruntime run each on the inputs beside it.

Usage: open_exports.py FOLDER. FOLDER/cases.json lists cases by name with the sides of their inputs; NAME.keras, NAME.onnx and
NAME.inputs (raw float32) are read, NAME.keras.outputs and NAME.onnx.outputs are written. Prints a JSON object of what each
case was found to be.
"""

import json
import os
import pathlib
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy
import onnx
import onnxruntime


def open_keras(path, inputs):
    network = keras.saving.load_model(path, safe_mode=True)
    network.predict_on_batch(inputs).astype("<f4").tofile(f"{path}.outputs")
    return {
        "layers": [layer.name for layer in network.layers],
        "initialHeadDeviation": network.get_layer("head").kernel_initializer.stddev,
        "activation": network.get_layer("head").activation.__name__,
        "outputs": list(network.output_shape),
    }


def open_onnx(path, inputs):
    onnx.checker.check_model(path, full_check=True)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (outputs,) = session.run(["outputs"], {"inputs": inputs})
    outputs.astype("<f4").tofile(f"{path}.outputs")
    return {
        "inputs": session.get_inputs()[0].shape,
        "outputs": session.get_outputs()[0].shape,
    }


folder = pathlib.Path(sys.argv[1])
found = {}
for name, sides in json.loads((folder / "cases.json").read_text()).items():
    inputs = numpy.fromfile(folder / f"{name}.inputs", dtype="<f4").reshape(sides)
    found[name] = {
        "keras": open_keras(str(folder / f"{name}.keras"), inputs),
        "onnx": open_onnx(str(folder / f"{name}.onnx"), inputs),
    }
print(json.dumps(found))
