"""Makes `shapes.json`: which shapes and options PyTorch's pooling, convolutions and resampling take, and what comes out of them,
which `shapes.rs` compares with ours.

    pip install torch==2.15 numpy
    python tests/golden/shapes.py

Options are drawn at random, good and bad ones. Both sides fill the tensors by the same formula, and of each result only its shape
and its product with another such sequence are kept, so that the file stays small. So are those of the gradients.
"""

import json
import random
from pathlib import Path

import numpy
import torch
from torch.nn import functional as F

random.seed(1)
# A refusal must come from PyTorch's rules and not from a library that knows only some of the cases.
torch.backends.mkldnn.enabled = False


def scattered(count):
    """Numbers in -0.5..0.5 without a pattern: a hash of 0, 1, 2 and so on."""
    index = numpy.arange(count, dtype=numpy.uint64)
    mixed = (index + 1) * (index + 7) * 2654435761
    return torch.tensor((mixed >> 8) % 2**24 / 2**24 - 0.5, dtype=torch.float64)


def product(tensor):
    """With a sequence that begins elsewhere, so that it is not that of the inputs."""
    numbers = tensor.detach().double().flatten()
    return float(f"{(numbers @ scattered(numbers.numel() + 1)[1:]).item():.12g}")


def size(least, most):
    return random.randint(least, most)


def sizes(count, least, most):
    """Often all the same, as they usually are."""
    if random.random() < 0.4:
        return [size(least, most)] * count
    return [size(least, most) for _ in range(count)]


def rarely(strange, usual, chance=0.03):
    return strange if random.random() < chance else usual


def images():
    """The number of images; none at all is allowed."""
    return rarely(0, size(1, 2))


def pooling(name):
    options = {
        "kernel": rarely([0, 2], sizes(2, 1, 4)),
        "stride": rarely([2, 0], sizes(2, 1, 4)),
        "padding": rarely([2, 2], random.choice([[0, 0], [1, 1], [0, 1], [1, 0]])),
        "ceil_mode": random.random() < 0.6,
        "count_include_pad": random.random() < 0.5,
    }
    shapes = [[images(), size(1, 2), *sizes(2, 1, 8)]]
    windows = (options["kernel"], options["stride"], options["padding"])
    if name == "max_pool2d":
        del options["count_include_pad"]
        operation = lambda x: F.max_pool2d(x, *windows, ceil_mode=options["ceil_mode"])
    else:
        operation = lambda x: F.avg_pool2d(x, *windows, options["ceil_mode"], options["count_include_pad"])
    return shapes, options, operation


def adaptive():
    # PyTorch takes size 0, too; we do not, on purpose.
    options = {"size": sizes(2, 1, 10)}
    return [[images(), size(1, 2), *sizes(2, 1, 9)]], options, lambda x: F.adaptive_avg_pool2d(x, options["size"])


def resampling(name):
    shape = [images(), size(1, 2), *random.choice([sizes(2, 1, 8), [1, size(1, 90)]])]
    options = {"size": rarely([0, 3], random.choice([sizes(2, 1, 16), [1, size(1, 400)]]))}
    target = {"size": options["size"]}
    if random.random() < 0.2:
        # Ours has no scale factors: a size says the same.
        factors = sizes(2, 1, 4)
        options["size"] = [pixels * factor for pixels, factor in zip(shape[2:], factors)]
        target = {"scale_factor": [float(factor) for factor in factors]}
    if name == "upsample_nearest2d":
        # In double precision, PyTorch's forward and backward do not agree on what is nearest.
        options["single"] = True
        operation = lambda x: F.interpolate(x, **target, mode="nearest")
    else:
        options["align_corners"] = random.random() < 0.5
        operation = lambda x: F.interpolate(x, **target, mode="bilinear", align_corners=options["align_corners"])
    return [shape], options, operation


def convolution(axes):
    # Our conv3d has one group alone, on purpose.
    groups = 1 if axes == 3 else rarely(0, random.choice([1, 1, 2, 3]))
    inputs, outputs = size(1, 2), size(1, 2)
    options = {
        "stride": rarely([0] * axes, sizes(axes, 1, 3)),
        "padding": sizes(axes, 0, 2),
        "dilation": rarely([0] * axes, sizes(axes, 1, 3)),
        "groups": groups,
    }
    total_outputs = rarely(outputs * groups + 1, max(outputs * groups, 1), 0.1)
    shapes = [
        [size(1, 2), max(inputs * groups, 1), *sizes(axes, 1, 9 - axes)],
        [total_outputs, rarely(inputs + 1, inputs), *rarely([0] * axes, sizes(axes, 1, 4))],
        [rarely(total_outputs + 1, total_outputs)],
    ]
    operation = getattr(F, f"conv{axes}d")
    return shapes, options, lambda x, w, b: operation(x, w, b, **options)


def transposed():
    groups = rarely(0, random.choice([1, 1, 2, 3]))
    inputs, outputs = size(1, 2), size(1, 2)
    options = {
        "stride": rarely([0, 1], sizes(2, 1, 3)),
        "padding": sizes(2, 0, 2),
        "output_padding": random.choice([[0, 0], [0, 0], sizes(2, 0, 2)]),
        "dilation": rarely([1, 0], sizes(2, 1, 3)),
        "groups": groups,
    }
    channels = rarely(inputs * groups + 1, max(inputs * groups, 1), 0.1)
    shapes = [
        [size(1, 2), channels, *sizes(2, 1, 5)],
        [rarely(channels + 1, channels), outputs, *rarely([0, 2], sizes(2, 1, 4))],
        [rarely(outputs * groups + 1, outputs * groups)],
    ]
    return shapes, options, lambda x, w, b: F.conv_transpose2d(x, w, b, **options)


def result(shapes, options, operation):
    """Nothing where PyTorch refuses."""
    number = torch.float32 if options.get("single") else torch.float64
    inputs = [scattered(numpy.prod(shape, dtype=int)).reshape(shape).to(number).requires_grad_() for shape in shapes]
    try:
        output = operation(*inputs)
    except (RuntimeError, ValueError, IndexError, ZeroDivisionError) as error:
        return None, str(error).split("\n")[0]
    weights = scattered(output.numel() + 1)[1:].reshape(output.shape).to(number)
    (output * weights).sum().backward()
    gradients = [product(tensor.grad) for tensor in inputs]
    return {"shape": list(output.shape), "product": product(output), "gradients": gradients}, None


KINDS = {
    "max_pool2d": (150, lambda: pooling("max_pool2d")),
    "avg_pool2d": (150, lambda: pooling("avg_pool2d")),
    "adaptive_avg_pool2d": (40, adaptive),
    "upsample_nearest2d": (120, lambda: resampling("upsample_nearest2d")),
    "upsample_bilinear2d": (60, lambda: resampling("upsample_bilinear2d")),
    "conv1d": (80, lambda: convolution(1)),
    "conv2d": (120, lambda: convolution(2)),
    "conv3d": (120, lambda: convolution(3)),
    "conv_transpose2d": (150, transposed),
}

lines = []
for name, (count, draw) in KINDS.items():
    reasons = {}
    for _ in range(count):
        shapes, options, operation = draw()
        found, reason = result(shapes, options, operation)
        reasons[reason] = reasons.get(reason, 0) + 1
        lines.append(json.dumps({"operation": name, "shapes": shapes, **options, "result": found}))
    print(f"{name}: PyTorch takes {reasons.get(None, 0)} of {count}")

Path(__file__).with_name("shapes.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")
