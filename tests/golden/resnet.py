"""Makes `resnet.safetensors`: one training step of torchvision's ResNet-18, which `resnet.rs` compares with ours.

    pip install torch==2.15 torchvision==0.29.2 safetensors numpy
    python tests/golden/resnet.py

Both sides fill the parameters by the same formula, and of each gradient only its length and its product with another such
sequence are kept, so that the file stays small.
"""

from pathlib import Path

import numpy
import torch
from safetensors.torch import save_file
from torch.nn import functional as F
from torchvision.models import resnet18


def scattered(count):
    """Numbers in -0.5..0.5 without a pattern: a hash of 0, 1, 2 and so on."""
    index = numpy.arange(count, dtype=numpy.uint64)
    mixed = (index + 1) * (index + 7) * 2654435761
    return torch.tensor((mixed >> 8) % 2**24 / 2**24 - 0.5)


def model_of(variant):
    model = resnet18(num_classes=3)
    kernel, stride = (3, 1) if variant == "small" else (7, 2)
    model.conv1 = torch.nn.Conv2d(2, 64, kernel, stride, kernel // 2, bias=False)
    if variant == "small":
        model.maxpool = torch.nn.Identity()
    model = model.double()
    with torch.no_grad():
        for parameter in model.parameters():
            values = scattered(parameter.numel()).reshape(parameter.shape)
            # Convolutions keep the size of what passes; weights of batch normalisation lie around 1.
            if parameter.dim() == 1:
                parameter.copy_(1 + values)
            else:
                parameter.copy_(values * (12 / parameter[0].numel()) ** 0.5)
    return model


tensors = {}
for variant, size in (("small", 12), ("standard", 40)):
    model = model_of(variant)
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
save_file(tensors, Path(__file__).with_name("resnet.safetensors"))
