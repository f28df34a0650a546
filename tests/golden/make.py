"""Makes `pytorch.safetensors`: inputs, results and gradients of PyTorch's operations, which `operations.rs` compares with ours.

    pip install torch==2.15 safetensors numpy
    python tests/golden/make.py
"""

from pathlib import Path

import torch
from safetensors.torch import save_file
from torch.nn import functional as F

torch.manual_seed(1)


def normal(*shape):
    return torch.randn(*shape, dtype=torch.float64)


IMAGE = normal(2, 4, 7, 6)
CASES = {
    "conv2d": (lambda x, w, b: F.conv2d(x, w, b, padding=1), IMAGE, normal(3, 4, 3, 3), normal(3)),
    "conv2d strided": (
        lambda x, w, b: F.conv2d(x, w, b, stride=(2, 3), padding=(1, 2), dilation=(2, 1)),
        IMAGE, normal(3, 4, 3, 2), normal(3),
    ),
    "conv2d grouped": (lambda x, w, b: F.conv2d(x, w, b, groups=2, stride=2), IMAGE, normal(6, 2, 3, 3), normal(6)),
    "conv2d replicate": (
        lambda x, w, b: F.conv2d(F.pad(x, (1, 1, 1, 1), mode="replicate"), w, b),
        IMAGE, normal(2, 4, 3, 3), normal(2),
    ),
    "conv_transpose2d": (
        lambda x, w, b: F.conv_transpose2d(x, w, b, stride=2), IMAGE, normal(4, 3, 2, 2), normal(3),
    ),
    "conv_transpose2d padded": (
        lambda x, w, b: F.conv_transpose2d(x, w, b, stride=(2, 3), padding=1, output_padding=(1, 2), dilation=(1, 2)),
        IMAGE, normal(4, 3, 3, 2), normal(3),
    ),
    "conv_transpose2d grouped": (
        lambda x, w, b: F.conv_transpose2d(x, w, b, stride=2, groups=2), IMAGE, normal(4, 3, 3, 3), normal(6),
    ),
    "max_pool2d": (lambda x: F.max_pool2d(x, 2), IMAGE),
    "max_pool2d padded": (lambda x: F.max_pool2d(x, 3, 2, 1, ceil_mode=True), IMAGE),
    "max_pool2d ties": (lambda x: F.max_pool2d(x, 2, 1), IMAGE.round()),
    "min_pool2d": (lambda x: -F.max_pool2d(-x, 2), IMAGE),
    "max_unpool2d": (
        lambda x: F.max_unpool2d(*F.max_pool2d(x, 2, return_indices=True), 2, output_size=(7, 6)), IMAGE,
    ),
    "avg_pool2d": (lambda x: F.avg_pool2d(x, 3, 2, 1), IMAGE),
    "avg_pool2d uncounted": (
        lambda x: F.avg_pool2d(x, (3, 2), 2, (1, 0), ceil_mode=True, count_include_pad=False), IMAGE,
    ),
    "avg_pool2d ceil": (lambda x: F.avg_pool2d(x, 2, 2, 1, ceil_mode=True), IMAGE),
    "adaptive_avg_pool2d": (lambda x: F.adaptive_avg_pool2d(x, (3, 4)), IMAGE),
    "upsample_nearest2d": (lambda x: F.interpolate(x, (9, 13), mode="nearest"), IMAGE),
    "upsample_bilinear2d": (lambda x: F.interpolate(x, (9, 13), mode="bilinear"), IMAGE),
    "upsample_bilinear2d corners": (
        lambda x: F.interpolate(x, (9, 3), mode="bilinear", align_corners=True), IMAGE,
    ),
    "replicate_pad2d": (lambda x: F.pad(x, (2, 2, 1, 1), mode="replicate"), IMAGE),
    "relu": (F.relu, IMAGE),
    "leaky_relu": (lambda x: F.leaky_relu(x, 0.1), IMAGE),
    "elu": (lambda x: F.elu(x, 0.7), IMAGE),
    "sigmoid": (torch.sigmoid, IMAGE),
    "tanh": (torch.tanh, IMAGE),
    "softplus": (lambda x: F.softplus(x, 2.0), IMAGE),
    "linear": (F.linear, normal(5, 7), normal(3, 7), normal(3)),
    "pixel_shuffle": (lambda x: F.pixel_shuffle(x, 2), IMAGE),
    "batch_norm": (lambda x, w, b: F.batch_norm(x, None, None, w, b, training=True), IMAGE, normal(4), normal(4)),
    "batch_norm running": (
        lambda x, w, b: F.batch_norm(x, torch.full((4,), 0.5).double(), torch.full((4,), 2.0).double(), w, b),
        IMAGE, normal(4), normal(4),
    ),
    "cross_entropy": (lambda x: F.cross_entropy(x, torch.arange(7) % 5), normal(7, 5)),
    "bce_with_logits": (F.binary_cross_entropy_with_logits, IMAGE, torch.sigmoid(normal(2, 4, 7, 6))),
    "weighted_cross_entropy": (
        lambda x: F.cross_entropy(x, torch.arange(7) % 3, weight=torch.tensor([0.5, 2.0, 1.25]).double()), normal(7, 3),
    ),
    "weighted_bce_with_logits": (
        lambda x, y: F.binary_cross_entropy_with_logits(x, y, pos_weight=torch.tensor(0.375)),
        normal(9), torch.sigmoid(normal(9)),
    ),
}

tensors = {}
for name, (operation, *inputs) in CASES.items():
    inputs = [tensor.clone().requires_grad_() for tensor in inputs]
    result = operation(*inputs)
    weights = torch.arange(result.numel(), dtype=torch.float64).cos().reshape(result.shape)
    (result * weights).sum().backward()
    tensors[f"{name}/result"] = result.detach().contiguous()
    for index, tensor in enumerate(inputs):
        tensors[f"{name}/input{index}"] = tensor.detach().contiguous()
        tensors[f"{name}/gradient{index}"] = tensor.grad.contiguous()
save_file(tensors, Path(__file__).with_name("pytorch.safetensors"))
