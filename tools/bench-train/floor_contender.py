"""The matrix products of a training step alone, by NumPy's BLAS: nothing can be faster on this machine. Argument: the network as JSON."""

import os
import sys

os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1", MKL_NUM_THREADS="1")

import numpy as np

from answer_requests import answer_requests, network


def prepare(batch_size):
    def random(*shape):
        return np.random.rand(*shape).astype("float32")

    features, units, lookback = network["features"], network["units"], network["lookback"]
    gates, rows = 4 * units, lookback * batch_size
    inputs, kernel, recurrent = random(rows, features), random(features, gates), random(units, gates)
    sequence, gate_gradients = random(rows, units), random(rows, gates)
    projected, kernel_gradient = random(rows, gates), random(features, gates)
    step, hidden, recurrent_gradient = random(batch_size, gates), random(batch_size, units), random(units, gates)
    earlier = rows - batch_size

    def train(steps):
        for _ in range(steps):
            np.matmul(inputs, kernel, out=projected)
            for t in range(1, lookback):
                np.matmul(sequence[(t - 1) * batch_size:t * batch_size], recurrent, out=step)
            for t in range(1, lookback):
                np.matmul(gate_gradients[t * batch_size:(t + 1) * batch_size], recurrent.T, out=hidden)
            np.matmul(inputs.T, gate_gradients, out=kernel_gradient)
            np.matmul(sequence[:earlier].T, gate_gradients[batch_size:], out=recurrent_gradient)
        return 0.0

    return train


print(f"NumPy {np.__version__}", file=sys.stderr)
answer_requests(prepare)
