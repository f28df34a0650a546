"""Makes `clip_gradients.json`: gradients that PyTorch has clipped, which `clip_gradients.rs` compares with ours.

    pip install torch==2.15
    python tests/golden/clip_gradients.py
"""

import json
from pathlib import Path

import torch
from torch.nn.utils import clip_grad_norm_, clip_grad_value_

# Two parameters, so that a norm is that of both together.
GRADIENTS = [[3.0, -4.0, 0.5], [12.0, -0.25]]


def clipped(clip, limit):
    parameters = []
    for gradient in GRADIENTS:
        parameters.append(torch.zeros(len(gradient), requires_grad=True))
        parameters[-1].grad = torch.tensor(gradient)
    norm = clip(parameters, limit)
    return {
        "limit": limit,
        "norm": None if norm is None else norm.item(),
        "gradients": [parameter.grad.tolist() for parameter in parameters],
    }


cases = {
    "by norm": [clipped(clip_grad_norm_, limit) for limit in (0.001, 1.0, 13.0, 100.0)],
    "by value": [clipped(clip_grad_value_, limit) for limit in (0.1, 0.5, 4.0, 100.0)],
}
with open(Path(__file__).with_name("clip_gradients.json"), "w") as file:
    json.dump(cases | {"before": GRADIENTS}, file, indent=1)
    file.write("\n")
