"""Makes `morphology.json`: what scikit-image and SciPy find in drawn masks, which `morphology.rs` compares with ours.

    pip install scikit-image==0.26.0 scipy==1.17.1 numpy==2.4.6
    python tests/golden/morphology.py

Masks are random pixels, smooth blobs, discs that overlap, lines, and images that are empty or full. Elevations are few different
numbers, so that ties decide.
"""

import json
from pathlib import Path

import numpy
from scipy import ndimage
from skimage import feature, measure, morphology, segmentation

random = numpy.random.default_rng(1)


def flat(array):
    return numpy.asarray(array).astype(int).ravel().tolist()


def discs(height, width, count):
    row, column = numpy.indices((height, width))
    labels = numpy.zeros((height, width), dtype=int)
    for number in range(1, count + 1):
        radius = random.uniform(2, 7)
        centre = random.uniform(0, height), random.uniform(0, width)
        labels[(row - centre[0]) ** 2 + (column - centre[1]) ** 2 < radius**2] = number
    return labels


def blobs(height, width):
    return ndimage.gaussian_filter(random.standard_normal((height, width)), 2) > 0


def flooded(elevation, markers, mask, connectivity):
    """The heap of scikit-image leaves open in which order equal markers come, and that order decides ties. Each marker gets a level
    of its own below everything else, the first one the lowest."""
    places = numpy.flatnonzero(markers * mask)
    elevation = elevation.astype(float)
    elevation.flat[places] = numpy.arange(len(places)) - 1e6
    return segmentation.watershed(elevation, markers, mask=mask, connectivity=connectivity)


def case(labels):
    """All functions, on a label map; its mask is where it is not 0."""
    # With 64 bits, `find_boundaries` computes with a largest number that overflows.
    labels = labels.astype(numpy.int32)
    mask = labels != 0
    height, width = mask.shape
    result = {"height": height, "width": width, "labels": flat(labels)}
    result["four"] = flat(measure.label(mask, connectivity=1))
    result["eight"] = flat(measure.label(mask, connectivity=2))
    result["filled"] = flat(ndimage.binary_fill_holes(mask))
    for mode in ["inner", "outer", "thick"]:
        result[mode] = flat(segmentation.find_boundaries(labels, mode=mode))
    result["large"] = flat(morphology.remove_small_objects(labels, max_size=9))
    # SciPy leaves undefined what the distance is without any background, or any object.
    distances = numpy.zeros(mask.shape)
    if not mask.all():
        distances = ndimage.distance_transform_edt(mask)
        result["squared_distances"] = flat(numpy.round(distances**2))
        result["eroded"] = flat(morphology.isotropic_erosion(mask, 2.3))
    if mask.any():
        result["expanded"] = flat(segmentation.expand_labels(labels, 3))
        result["dilated"] = flat(morphology.isotropic_dilation(mask, 2.3))
    regions = measure.regionprops(labels)
    result["regions"] = [
        {
            "id": int(region.label),
            "area": int(region.area),
            "centroid": list(map(float, region.centroid)),
            "bounding_box": list(map(int, region.bbox)),
            "equivalent_diameter": float(region.equivalent_diameter_area),
        }
        for region in regions
    ]
    # Eighths are exact in f32, too.
    elevation = random.integers(-20, 20, mask.shape) / 8
    result["eighths"] = flat(elevation * 8)
    image = elevation.astype(numpy.float32)
    result["maxima"] = {h: flat(morphology.h_maxima(image, float(h))) for h in ["0.5", "2.0", "9.0"]}
    seed = image - random.integers(0, 9, mask.shape) / 8
    result["seed_eighths"] = flat(seed * 8)
    result["reconstruction_eighths"] = flat(morphology.reconstruction(seed, image) * 8)
    # No two equal, so that every summit is one pixel.
    heights = random.permutation(height * width).reshape(mask.shape)
    result["heights"] = flat(heights)
    result["summits"] = {}
    for distance in [1, 2, 5]:
        summits = numpy.zeros(mask.shape, dtype=bool)
        places = feature.peak_local_max(heights, min_distance=distance, exclude_border=False)
        summits[tuple(places.T)] = True
        result["summits"][distance] = flat(summits)
    markers = random.integers(1, 9, mask.shape) * (random.random(mask.shape) < 0.05)
    result["markers"] = flat(markers)
    result["basins_four"] = flat(flooded(elevation, markers, mask, 1))
    result["basins_eight"] = flat(flooded(elevation, markers, mask, 2))
    # As shapes are separated: the elevation has slopes.
    deepest = measure.label(morphology.local_maxima(numpy.round(distances, 3)))
    result["deepest"] = flat(deepest)
    result["separated"] = flat(flooded(-distances.astype(numpy.float32), deepest, mask, 1))
    return result


maps = [discs(26, 32, 18), discs(20, 20, 5)]
maps += [measure.label(blobs(22, 30)), measure.label(random.random((15, 19)) < 0.6, connectivity=1)]
maps += [random.integers(0, 4, (11, 13)), random.integers(0, 3, (1, 31)), random.integers(0, 3, (29, 1))]
maps += [numpy.zeros((5, 6), dtype=int), numpy.ones((6, 5), dtype=int), numpy.ones((1, 1), dtype=int)]
target = Path(__file__).with_name("morphology.json")
target.write_text(json.dumps([case(labels) for labels in maps], separators=(",", ":")) + "\n")
