"""Keras on TensorFlow as its users train: `model.fit`, in graph mode. Argument: the network as JSON."""

import os
import sys

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", KERAS_BACKEND="tensorflow", CUDA_VISIBLE_DEVICES="-1")
os.environ.update(TF_NUM_INTRAOP_THREADS="1", TF_NUM_INTEROP_THREADS="1", OMP_NUM_THREADS="1")

import keras
import numpy as np
import tensorflow as tf

from answer_requests import answer_requests, network

tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)


def prepare(batch_size):
    model = keras.Sequential([
        keras.layers.Input((network["lookback"], network["features"])),
        keras.layers.LSTM(network["units"], return_sequences=True),
        keras.layers.Dropout(network["dropout"]),
        keras.layers.Dense(1, activation="relu"),
    ])
    model.compile(optimizer=keras.optimizers.Adam(network["learningRate"]), loss="mse", jit_compile=False)

    def train(steps):
        windows = steps * batch_size
        x = np.random.rand(windows, network["lookback"], network["features"]).astype("float32")
        y = np.random.rand(windows, network["lookback"], 1).astype("float32")
        history = model.fit(x, y, batch_size=batch_size, epochs=1, shuffle=False, verbose=0)
        return history.history["loss"][-1]

    return train


print(f"Keras {keras.__version__} on TensorFlow {tf.__version__}", file=sys.stderr)
answer_requests(prepare)
