"""Makes `initialisers.json`: how widely PyTorch draws weights, which `initialisers.rs` compares with ours.

    pip install torch==2.15
    python tests/golden/initialisers.py
"""

import json
from pathlib import Path

import torch
from torch import nn

LAYERS = {
    "linear": lambda: nn.Linear(300, 200),
    "convolution": lambda: nn.Conv2d(64, 128, 3),
    "transposed convolution": lambda: nn.ConvTranspose2d(128, 96, 2),
}
INITIALISERS = {
    "default": lambda weight: None,
    "kaiming normal, in, relu": lambda weight: nn.init.kaiming_normal_(weight, nonlinearity="relu"),
    "kaiming normal, out, leaky relu": lambda weight: nn.init.kaiming_normal_(
        weight, a=0.5, mode="fan_out", nonlinearity="leaky_relu"
    ),
    "kaiming uniform, in, identity": lambda weight: nn.init.kaiming_uniform_(weight, nonlinearity="linear"),
    "xavier normal, tanh": lambda weight: nn.init.xavier_normal_(weight, gain=nn.init.calculate_gain("tanh")),
    "xavier uniform, sigmoid": lambda weight: nn.init.xavier_uniform_(weight, gain=nn.init.calculate_gain("sigmoid")),
}

torch.manual_seed(1)
golden = {}
for name, initialise in INITIALISERS.items():
    golden[name] = {}
    for kind, layer in LAYERS.items():
        weight = layer().weight.detach()
        initialise(weight)
        # 1.8 for even numbers, 3 for normal ones.
        kurtosis = (weight**4).mean() / (weight**2).mean() ** 2
        golden[name][kind] = [weight.std().item(), kurtosis.item()]

with open(Path(__file__).with_name("initialisers.json"), "w") as file:
    json.dump(golden, file, indent=1)
    file.write("\n")
