"""Makes `instances.json`: what StarDist, or numpy by definition, says of label maps, which `instances.rs` compares with ours.

    pip install stardist==0.9.1 csbdeep==0.8.1 numpy==1.26.4 numba==0.62.1 scipy==1.16.3 scikit-image==0.25.2
    python tests/golden/instances.py
"""

import json
from pathlib import Path

import numpy
from stardist.matching import matching

random = numpy.random.default_rng(0)
HEIGHT, WIDTH = 24, 36
THRESHOLDS = numpy.arange(10, 20) / 20


def discs(discs):
    rows, columns = numpy.mgrid[:HEIGHT, :WIDTH]
    labels = numpy.zeros((HEIGHT, WIDTH), int)
    for number, (row, column, radius) in discs:
        labels[(rows - row) ** 2 + (columns - column) ** 2 <= radius**2] = number
    return labels


def image():
    """Discs, and the same ones moved, missed, invented, merged and split."""
    true = [(number, random.uniform((2, 2, 2), (HEIGHT - 2, WIDTH - 2, 5))) for number in range(1, 11)]
    moved = [(number, disc + random.normal(0, 0.5, 3)) for number, disc in true if random.uniform() < 0.85]
    moved += [(number, random.uniform((2, 2, 1), (HEIGHT - 2, WIDTH - 2, 4))) for number in (20, 21)]
    target, predicted = discs(true), discs(moved)
    predicted[predicted == 2] = 1
    predicted[:, WIDTH // 2 :][predicted[:, WIDTH // 2 :] == 3] = 30
    predicted[HEIGHT // 2 :][predicted[HEIGHT // 2 :] == 4] = 31
    return predicted, target


def overlap(predicted, target):
    """Pixels in common, and in the one or the other, of all pairs."""
    pairs = [
        [(predicted == one, target == other) for other in numpy.unique(target) if other]
        for one in numpy.unique(predicted)
        if one
    ]
    both = numpy.array([[(one & other).sum() for one, other in row] for row in pairs])
    either = numpy.array([[(one | other).sum() for one, other in row] for row in pairs])
    return both, either


def aggregated_jaccard(predicted, target, both, either):
    """Kumar et al. 2017, algorithm 1."""
    sizes = [(predicted == one).sum() for one in numpy.unique(predicted) if one]
    intersections, unions, used = 0, 0, set()
    for column, other in enumerate(number for number in numpy.unique(target) if number):
        best = (both / either)[:, column].argmax()
        if both[best, column]:
            intersections, unions = intersections + both[best, column], unions + either[best, column]
            used.add(best)
        else:
            unions += (target == other).sum()
    unions += sum(size for index, size in enumerate(sizes) if index not in used)
    return intersections / unions


def errors(predicted, target, both):
    found = numpy.array([number for number in numpy.unique(predicted) if number])
    true = numpy.array([number for number in numpy.unique(target) if number])
    true_in = both > numpy.array([(target == number).sum() for number in true]) / 2
    found_in = both > numpy.array([(predicted == number).sum() for number in found])[:, None] / 2
    linked = true_in | found_in
    return {
        "missed": true[~linked.any(0)].tolist(),
        "false_objects": found[~linked.any(1)].tolist(),
        "merged": found[true_in.sum(1) > 1].tolist(),
        "split": true[found_in.sum(0) > 1].tolist(),
    }


def runs(mask):
    """Start and length of each run down the columns, from 1."""
    padded = numpy.concatenate(([0], mask.T.ravel(), [0]))
    starts, ends = (numpy.flatnonzero(numpy.diff(padded) == step) + 1 for step in (1, -1))
    return " ".join(f"{start} {end - start}" for start, end in zip(starts, ends))


cases = []
for _ in range(8):
    predicted, target = image()
    # StarDist also takes an IoU that equals the threshold, and computes in single precision.
    judged = [matching(target, predicted, thresh=threshold + 1e-6) for threshold in THRESHOLDS]
    both, either = overlap(predicted, target)
    cases.append({
        "height": HEIGHT,
        "width": WIDTH,
        "predicted": predicted.ravel().tolist(),
        "target": target.ravel().tolist(),
        "true_positives": [int(one.tp) for one in judged],
        "false_positives": [int(one.fp) for one in judged],
        "false_negatives": [int(one.fn) for one in judged],
        "precision": float(judged[0].precision),
        "recall": float(judged[0].recall),
        "f1": float(judged[0].f1),
        "threat_scores": [float(one.accuracy) for one in judged],
        "panoptic_quality": float(judged[0].panoptic_quality),
        "segmentation_quality": float(judged[0].mean_matched_score),
        "aggregated_jaccard_index": float(aggregated_jaccard(predicted, target, both, either)),
        "errors": errors(predicted, target, both),
        "runs": [[int(number), runs(target == number)] for number in numpy.unique(target) if number],
    })

with open(Path(__file__).with_name("instances.json"), "w") as file:
    json.dump(cases, file)
    file.write("\n")
