"""Makes `targets.json`: what models learn of drawn discs, by SciPy, scikit-image and StarDist, which `targets.rs` compares with ours.

    pip install numpy==1.26.4 scipy==1.16.3 scikit-image==0.25.2 stardist==0.9.1
    python tests/golden/targets.py
"""

import json
from pathlib import Path

import numpy
from scipy import ndimage
from skimage.segmentation import find_boundaries
from stardist.geometry import star_dist

HEIGHT, WIDTH = 40, 48
# Row, column, radius: two touch, one is cut by the edge of the image, one is a pixel.
DISCS = [(12, 12, 8), (12, 29, 9), (30, 0, 7), (36, 20, 6), (25, 25, 0), (30, 40, 5)]

rows, columns = numpy.mgrid[:HEIGHT, :WIDTH]
labels = numpy.zeros((HEIGHT, WIDTH), int)
for number, (row, column, radius) in enumerate(DISCS, 1):
    is_in = (rows - row) ** 2 + (columns - column) ** 2 <= radius**2
    labels[is_in & (labels == 0)] = number
numbers = range(1, len(DISCS) + 1)

inner = numpy.array([ndimage.distance_transform_edt(labels == number) for number in numbers])
depth = (inner / inner.max(axis=(1, 2), keepdims=True)).max(axis=0)

outer = numpy.sort([ndimage.distance_transform_edt(labels != number) for number in numbers], axis=0)
# Ronneberger et al. 2015, eq. 2.
weights = 1 + 10 * numpy.exp(-((outer[0] + outer[1]) ** 2) / (2 * 5**2)) * (labels == 0)

boundaries = numpy.where(find_boundaries(labels, connectivity=1, mode="inner"), 2, labels > 0)
wide = numpy.where((labels > 0) & (inner.max(axis=0) <= 3), 2, labels > 0)
star = star_dist(labels, n_rays=32)[labels > 0][::40]
touching = numpy.where(outer[1] <= 4, 2, labels > 0)


def flat(numbers):
    return numbers.flatten().tolist()


golden = {
    "height": HEIGHT,
    "width": WIDTH,
    "labels": flat(labels),
    "distance_map": flat(depth.round(6)),
    "border_weights": flat(weights.round(5)),
    "boundary_classes": flat(boundaries),
    "boundary_classes_3": flat(wide),
    "touching_classes_4": flat(touching),
    "star_distances_of_some": flat(star.astype(float).round(4)),
}
Path(__file__).with_name("targets.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")
