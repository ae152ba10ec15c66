"""Answers requests on standard input, one JSON a line, until it ends."""

import json
import resource
import sys
import time

network = json.loads(sys.argv[1])


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def answer_requests(prepare):
    """prepare(batch_size): makes train(steps), which trains as many batches and returns the last loss."""
    prepared = {}
    for line in sys.stdin:
        request = json.loads(line)
        size, steps = request["batchSize"], request["steps"]
        train = prepared.setdefault(size, None) or prepare(size)
        prepared[size] = train
        cpu, wall = cpu_seconds(), time.perf_counter()
        loss = train(steps)
        wall = time.perf_counter() - wall
        cpu = cpu_seconds() - cpu
        answer = {"cpu": cpu * 1000 / steps, "wall": wall * 1000 / steps, "loss": float(loss)}
        print(json.dumps(answer), flush=True)
