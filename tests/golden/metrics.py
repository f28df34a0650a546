"""Makes `metrics.json`: what scikit-learn says of predictions, which `metrics.rs` compares with ours.

    pip install scikit-learn==1.9.1
    python tests/golden/metrics.py
"""

import json
from pathlib import Path

import numpy
from sklearn import metrics

random = numpy.random.default_rng(1)

curves = []
# Rounded scores: many are equal.
for count, digits in ((40, 1), (60, 3), (9, 0)):
    classes = random.integers(0, 2, count)
    scores = (classes * 0.5 + random.normal(0, 0.7, count)).round(digits) + 0.0
    false_rates, true_rates, thresholds = metrics.roc_curve(classes, scores, drop_intermediate=False)
    curves.append({
        "classes": classes.tolist(),
        "scores": scores.tolist(),
        "auc": metrics.roc_auc_score(classes, scores),
        "average_precision": metrics.average_precision_score(classes, scores),
        "false_positive_rates": false_rates.tolist(),
        "true_positive_rates": true_rates.tolist(),
        "thresholds": thresholds[1:].tolist(),
    })

classes = random.integers(0, 4, 50)
logits = random.normal(0, 1, (50, 5)).round(3)
logits[numpy.arange(50), classes] += 1
# A class that is never predicted, and one that never occurs.
logits[:, 3] = -9
predicted = logits.argmax(1)
precision, recall, f1, _ = metrics.precision_recall_fscore_support(
    classes, predicted, labels=range(5), zero_division=0
)
decisions = {
    "classes": classes.tolist(),
    "logits": logits.tolist(),
    "accuracy": metrics.accuracy_score(classes, predicted),
    "confusion": metrics.confusion_matrix(classes, predicted, labels=range(5)).tolist(),
    "precision": precision.tolist(),
    "recall": recall.tolist(),
    "f1": f1.tolist(),
}

with open(Path(__file__).with_name("metrics.json"), "w") as file:
    json.dump({"curves": curves, "decisions": decisions}, file)
    file.write("\n")
