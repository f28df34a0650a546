"""Makes `networks.safetensors`: one training step of torchvision's networks, which `networks.rs` compares with ours.

    pip install torch==2.15 torchvision==0.29.2 safetensors numpy
    python tests/golden/networks.py

Both sides fill the parameters by the same formula, and of each gradient only its length and its product with another such
sequence are kept, so that the file stays small.
"""

from collections import OrderedDict
from pathlib import Path

import numpy
import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F
from torchvision.models import densenet, resnet18


def scattered(count):
    """Numbers in -0.5..0.5 without a pattern: a hash of 0, 1, 2 and so on."""
    index = numpy.arange(count, dtype=numpy.uint64)
    mixed = (index + 1) * (index + 7) * 2654435761
    return torch.tensor((mixed >> 8) % 2**24 / 2**24 - 0.5)


def resnet(kernel, stride):
    model = resnet18(num_classes=3)
    model.conv1 = nn.Conv2d(2, 64, kernel, stride, kernel // 2, bias=False)
    return model


def small_resnet():
    model = resnet(3, 1)
    model.maxpool = nn.Identity()
    return model


def dense():
    """A dense block and a transition; the mean of each channel is a logit."""
    parts = {
        "block": densenet._DenseBlock(num_layers=3, num_input_features=2, bn_size=4, growth_rate=4, drop_rate=0),
        "transition": densenet._Transition(14, 3),
        "mean": nn.AdaptiveAvgPool2d(1),
        "flat": nn.Flatten(),
    }
    return nn.Sequential(OrderedDict(parts))


def fill(model):
    for parameter in model.parameters():
        values = scattered(parameter.numel()).reshape(parameter.shape)
        # Convolutions keep the size of what passes; weights of batch normalisation lie around 1.
        if parameter.dim() == 1:
            parameter.data = 1 + values
        else:
            parameter.data = values * (12 / parameter[0].numel()) ** 0.5


tensors = {}
for variant, model, size in (
    ("small ResNet", small_resnet(), 12),
    ("ResNet", resnet(7, 2), 40),
    ("dense", dense(), 9),
):
    model = model.double()
    fill(model)
    images = scattered(4 * 2 * size * size).reshape(4, 2, size, size)
    classes = torch.tensor([0, 2, 1, 2])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    model.train()
    logits = model(images)
    loss = F.cross_entropy(logits, classes)
    loss.backward()
    optimizer.step()
    model.eval()
    tensors[f"{variant}/logits"] = logits.detach()
    tensors[f"{variant}/loss"] = loss.detach()
    tensors[f"{variant}/logits after the step"] = model(images).detach()
    for name, parameter in model.named_parameters():
        gradient = parameter.grad.flatten()
        kept = torch.stack([gradient.norm(), gradient @ scattered(gradient.numel())])
        tensors[f"{variant}/gradient of {name}"] = kept
    for name, buffer in model.named_buffers():
        if "num_batches" not in name:
            tensors[f"{variant}/{name}"] = buffer
tensors = {name: tensor.float() for name, tensor in tensors.items()}
save_file(tensors, Path(__file__).with_name("networks.safetensors"))
