"""Makes `metrics.json`: what scikit-learn says of predictions, which `metrics.rs` compares with ours.

    pip install scikit-learn==1.9.1 scipy==1.17.1
    python tests/golden/metrics.py
"""

import json
from pathlib import Path

import numpy
from scipy import optimize, special
from sklearn import calibration, metrics


def delong(classes, scores):
    """The variance of the area as DeLong, DeLong and Clarke-Pearson define it: from all pairs."""
    pairs = numpy.sign(scores[classes == 1][:, None] - scores[classes == 0]) / 2 + 0.5
    return pairs.mean(1).var(ddof=1) / len(pairs) + pairs.mean(0).var(ddof=1) / pairs.shape[1]


random = numpy.random.default_rng(1)

cases = []
# Rounded scores: many are equal.
for count, digits in ((40, 1), (60, 3), (9, 0)):
    classes = random.integers(0, 2, count)
    cases.append((classes, (classes * 0.5 + random.normal(0, 0.7, count)).round(digits) + 0.0))
# Scores that are all equal, and such that separate the classes.
cases.append((numpy.array([0, 1, 1, 0, 0]), numpy.full(5, 0.25)))
cases.append((numpy.array([0, 1, 1, 0, 0]), numpy.array([0.1, 0.8, 0.7, 0.2, 0.2])))

curves = []
for classes, scores in cases:
    false_rates, true_rates, thresholds = metrics.roc_curve(classes, scores, drop_intermediate=False)
    precision, recall, _ = metrics.precision_recall_curve(classes, scores)
    curves.append({
        "classes": classes.tolist(),
        "scores": scores.tolist(),
        "auc": metrics.roc_auc_score(classes, scores),
        "average_precision": metrics.average_precision_score(classes, scores),
        "standard_error": delong(classes, scores) ** 0.5,
        "precision": precision[::-1].tolist(),
        "recall": recall[::-1].tolist(),
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

def two_classes(truth, predicted):
    sensitivity, precision = metrics.recall_score, metrics.precision_score
    options = {"zero_division": numpy.nan}
    rates = {
        "accuracy": metrics.accuracy_score(truth, predicted),
        "sensitivity": sensitivity(truth, predicted, **options),
        "specificity": sensitivity(truth, predicted, pos_label=0, **options),
        "positive_predictive_value": precision(truth, predicted, **options),
        "negative_predictive_value": precision(truth, predicted, pos_label=0, **options),
        "f1": metrics.f1_score(truth, predicted, **options),
        "balanced_accuracy": metrics.balanced_accuracy_score(truth, predicted),
        "matthews_correlation": metrics.matthews_corrcoef(truth, predicted),
    }
    # JSON knows no NaN.
    rates = {name: None if numpy.isnan(rate) else float(rate) for name, rate in rates.items()}
    return {"truth": truth.tolist(), "predicted": predicted.tolist(), "rates": rates}


truth = random.integers(0, 2, 30)
counts = [
    two_classes(truth, predicted)
    for predicted in (
        (truth + random.normal(0, 0.5, 30) > 0.6).astype(int),
        random.integers(0, 2, 30),
        1 - truth,
        numpy.zeros(30, int),
        numpy.ones(30, int),
    )
]

# Too certain, and in single precision, as a network's.
truth = random.integers(0, 2, 200)
logits = (3 * (2 * truth - 1) + random.normal(0, 5, 200)).round(1).astype(numpy.float32)
probabilities = special.expit(logits).astype(numpy.float32).astype(float)
bins = 10
shares, means = calibration.calibration_curve(truth, probabilities, n_bins=bins)
filled, sizes = numpy.unique(numpy.searchsorted(numpy.linspace(0, 1, bins + 1)[1:-1], probabilities), return_counts=True)
many = (random.normal(0, 3, (100, 4)) + 4 * numpy.eye(4)[random.integers(0, 4, 100)]).round(2)
many_classes = (many + random.normal(0, 3, many.shape)).argmax(1)


def temperature(rows, classes):
    def loss(log):
        scaled = rows / numpy.exp(log)
        return (special.logsumexp(scaled, 1) - scaled[numpy.arange(len(rows)), classes]).mean()

    # Where the slope is zero: minimising itself would only find half of the digits.
    def slope(log):
        return optimize.approx_fprime(log, loss, 1e-6)[0] + optimize.approx_fprime(log, loss, -1e-6)[0]

    return float(numpy.exp(optimize.brentq(slope, -4, 4, xtol=1e-13)))


binary = numpy.stack((numpy.zeros(200), logits.astype(float)), 1)
probable = {
    "truth": truth.tolist(),
    "logits": logits.tolist(),
    "probabilities": probabilities.tolist(),
    "brier": metrics.brier_score_loss(truth, probabilities),
    "filled_bins": filled.tolist(),
    "counts": sizes.tolist(),
    "mean_probabilities": means.tolist(),
    "positive_shares": shares.tolist(),
    "expected_calibration_error": float((sizes * abs(shares - means)).sum() / len(truth)),
    "temperature": temperature(binary, truth),
    "many": many.tolist(),
    "many_classes": many_classes.tolist(),
    "many_temperature": temperature(many, many_classes),
}

with open(Path(__file__).with_name("metrics.json"), "w") as file:
    json.dump({"curves": curves, "decisions": decisions, "counts": counts, "probable": probable}, file)
    file.write("\n")
