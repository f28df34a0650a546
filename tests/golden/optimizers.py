"""Makes `optimizers.json`: where PyTorch's optimizers and schedules go, which `optimizers.rs` compares with ours.

    pip install torch==2.15
    python tests/golden/optimizers.py
"""

import json
from pathlib import Path

import torch
from torch import optim

OPTIMIZERS = {
    "sgd": (optim.SGD, {"lr": 0.05}),
    "sgd momentum": (optim.SGD, {"lr": 0.05, "momentum": 0.9}),
    "sgd nesterov": (optim.SGD, {"lr": 0.05, "momentum": 0.9, "nesterov": True, "weight_decay": 0.2}),
    "rmsprop": (optim.RMSprop, {"lr": 0.05}),
    "rmsprop momentum": (optim.RMSprop, {"lr": 0.05, "momentum": 0.9, "alpha": 0.8}),
    "rmsprop centered": (optim.RMSprop, {"lr": 0.05, "centered": True, "momentum": 0.5, "weight_decay": 0.2}),
    "adam": (optim.Adam, {"lr": 0.1}),
    "adam decay": (optim.Adam, {"lr": 0.1, "weight_decay": 0.5}),
    "adamw": (optim.AdamW, {"lr": 0.1}),
    "adamw decay": (optim.AdamW, {"lr": 0.1, "weight_decay": 0.5, "betas": (0.8, 0.9)}),
}
SCHEDULES = {
    "cosine": lambda optimizer: optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=20),
    "cosine lowest": lambda optimizer: optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=20, eta_min=0.02),
    "one cycle": lambda optimizer: optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.1, total_steps=20),
}

steps = {}
for name, (kind, options) in OPTIMIZERS.items():
    w = torch.tensor([1.0, -2.0], dtype=torch.float64, requires_grad=True)
    optimizer = kind([w], **options)
    for _ in range(5):
        optimizer.zero_grad()
        (torch.tensor([1.0, 3.0]) * w**2).sum().backward()
        optimizer.step()
    steps[name] = w.tolist()

rates = {}
for name, schedule in SCHEDULES.items():
    optimizer = optim.SGD([torch.zeros(1)], lr=0.1)
    schedule = schedule(optimizer)
    rates[name] = []
    for _ in range(20):
        rates[name].append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()

with open(Path(__file__).with_name("optimizers.json"), "w") as file:
    json.dump({"steps": steps, "rates": rates}, file, indent=1)
    file.write("\n")
