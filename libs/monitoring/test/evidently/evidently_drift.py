"""Evidently's own drift of each column, for data on standard input; its snapshot goes to standard output.

{"reference": {column: [number or null]}, "current": {…}, "method": a test's name or null}[] → snapshot.dict()[]
"""

import json
import sys

import pandas
from evidently import DataDefinition, Dataset, Report
from evidently.presets import DataDriftPreset


def snapshot(question):
    columns = list(question["reference"])
    definition = DataDefinition(numerical_columns=columns)
    reference, current = (
        Dataset.from_pandas(pandas.DataFrame(question[which], dtype="float64"), definition)
        for which in ("reference", "current")
    )
    preset = DataDriftPreset(method=question["method"])
    return Report([preset], include_tests=True).run(current, reference).dict()


json.dump([snapshot(question) for question in json.load(sys.stdin)], sys.stdout, default=str)
