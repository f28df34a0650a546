"""Makes `watershed.json`: what scikit-image's watershed makes of small landscapes with many equal heights. The display of rising water
is compared with it, in `kernel-ext/labextension/src/components/watershed.test.ts`.

    pip install scikit-image==0.26.0 scipy==1.17.1 numpy==2.4.6
    python tests/golden/watershed.py
"""

import json
from pathlib import Path

import numpy as np
from scipy.ndimage import distance_transform_edt
from skimage.segmentation import watershed

SIDE = 20


def discs(random: np.random.Generator) -> np.ndarray:
    row, column = np.mgrid[:SIDE, :SIDE]
    mask = np.zeros((SIDE, SIDE), bool)
    for _ in range(5):
        y, x, radius = random.uniform(2, SIDE - 2, 2).tolist() + [random.uniform(2, 5)]
        mask |= (row - y) ** 2 + (column - x) ** 2 < radius**2
    return mask


def case(distance: np.ndarray, mask: np.ndarray, markers: np.ndarray) -> dict:
    distance = distance.astype(np.float32)
    seeds = np.zeros(mask.shape, np.int32)
    seeds.flat[markers] = np.arange(1, len(markers) + 1)
    labels = watershed(-distance, seeds, mask=mask)
    return {
        "height": mask.shape[0],
        "width": mask.shape[1],
        "distance": distance.ravel().tolist(),
        "mask": mask.astype(int).ravel().tolist(),
        "markers": markers.tolist(),
        "labels": labels.ravel().tolist(),
    }


def main() -> None:
    random = np.random.default_rng(42)
    cases = []
    for _ in range(4):
        mask = discs(random)
        distance = distance_transform_edt(mask)
        inside = np.flatnonzero(distance >= 2)
        cases.append(case(distance, mask, random.choice(inside, min(6, len(inside)), replace=False)))
    for shape in [(12, 17), (1, 30), (9, 9)]:
        mask = random.random(shape) < 0.85
        heights = random.integers(0, 3, shape)
        markers = random.choice(np.flatnonzero(mask), 5, replace=False)
        cases.append(case(heights, mask, markers))
    path = Path(__file__).with_suffix(".json")
    path.write_text("[\n" + ",\n".join(json.dumps(one) for one in cases) + "\n]\n")


if __name__ == "__main__":
    main()
