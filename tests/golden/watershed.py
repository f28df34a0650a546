"""Makes `watershed.json`: markers and basins in small landscapes with many equal heights, by SciPy and scikit-image. The display of
rising water is compared with it, in `kernel-ext/labextension/src/components/watershed.test.ts`.

    pip install scikit-image==0.26.0 scipy==1.17.1 numpy==2.4.6
    python tests/golden/watershed.py
"""

import json
from pathlib import Path

import numpy
from scipy import ndimage
from skimage.segmentation import watershed

random = numpy.random.default_rng(42)
CORNERS = numpy.ones((3, 3))


def discs(height, width):
    row, column = numpy.indices((height, width))
    mask = numpy.zeros((height, width), bool)
    for _ in range(6):
        centre = random.uniform(0, height), random.uniform(0, width)
        mask |= (row - centre[0]) ** 2 + (column - centre[1]) ** 2 < random.uniform(2, 6) ** 2
    return mask


def summits(distance, mask, apart):
    """For each piece by itself: what nothing higher is near, without equal ones that are too near."""
    markers = numpy.zeros(mask.shape, int)
    pieces, count = ndimage.label(mask)
    for piece in range(1, count + 1):
        alone = numpy.where(pieces == piece, distance, 0)
        highest = ndimage.maximum_filter(alone, 2 * apart + 1, mode="constant")
        found, summit_count = ndimage.label((alone == highest) & (alone > 0), CORNERS)
        taken = numpy.zeros(mask.shape, bool)
        for summit in range(1, summit_count + 1):
            pixels = found == summit
            if not (pixels & taken).any():
                markers[pixels] = markers.max() + 1
                taken |= ndimage.maximum_filter(pixels, 2 * apart - 1, mode="constant")
    return markers


def basins(distance, mask, markers):
    """Every marker has a level of its own below all else, the first pixel the lowest: otherwise scikit-image's heap, which leaves
    open in which order equal markers come, decides ties."""
    elevation = -distance.astype(float)
    places = numpy.flatnonzero(markers)
    elevation.flat[places] = numpy.arange(len(places)) - 1e6
    return watershed(elevation, markers, mask=mask)


def case(distance, mask, apart):
    distance = distance.astype(numpy.float32)
    markers = summits(distance, mask, apart)
    flat = lambda array: array.ravel().tolist()
    return {
        "height": mask.shape[0],
        "width": mask.shape[1],
        "distance": flat(distance),
        "mask": flat(mask.astype(int)),
        "apart": apart,
        "markers": flat(markers),
        "basins": flat(basins(distance, mask, markers)),
    }


def cases():
    for apart in [1, 2, 3, 5]:
        mask = discs(20, 23)
        yield case(ndimage.distance_transform_edt(mask), mask, apart)
    for shape, apart in [((12, 17), 1), ((1, 30), 2), ((9, 9), 2)]:
        mask = random.random(shape) < 0.85
        yield case(random.integers(0, 4, shape), mask, apart)


if __name__ == "__main__":
    lines = ",\n".join(json.dumps(one) for one in cases())
    Path(__file__).with_suffix(".json").write_text(f"[\n{lines}\n]\n")
