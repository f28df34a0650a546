"""Makes `explanations.safetensors`: what captum says of a small network, which `explanations.rs` compares with ours.

    pip install torch==2.15 captum==0.9.0 safetensors numpy
    python tests/golden/explanations.py
"""

from pathlib import Path

import torch
from captum.attr import IntegratedGradients, LayerAttribution, LayerGradCam, Occlusion, Saliency
from safetensors.torch import save_file
from torch import nn

torch.manual_seed(3)
model = nn.Sequential(
    nn.Conv2d(2, 4, 3, padding=1),
    nn.BatchNorm2d(4),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Conv2d(4, 5, 3, padding=1),
    nn.ReLU(),
    nn.AdaptiveAvgPool2d(2),
    nn.Flatten(),
    nn.Linear(20, 3),
).eval()
model[1].running_mean.normal_()
model[1].running_var.uniform_(0.5, 2)
images = torch.rand(3, 2, 10, 13)
baseline = torch.rand(1, 2, 10, 13)
classes = torch.tensor([2, 0, 1])

gradient = Saliency(model).attribute(images, target=classes, abs=False)
contribution = IntegratedGradients(model).attribute(
    images, baseline.expand_as(images), target=classes, n_steps=20, method="riemann_middle"
)
# Each pixel has the mean over the patches that covered it. The patches end at the edge: where they do not, captum adds some that
# reach beyond it, and we do not. All channels are covered together, so all have the same.
occlusion = Occlusion(model).attribute(
    images, sliding_window_shapes=(2, 4, 4), strides=(2, 3, 3), baselines=0.4, target=classes
)
cams = {
    f"cam {layer}": LayerAttribution.interpolate(
        LayerGradCam(model, model[layer]).attribute(images, target=classes, relu_attributions=True),
        (10, 13), interpolate_mode="bilinear",
    )
    for layer in (2, 5)
}
tensors = {
    "images": images,
    "baseline": baseline,
    "classes": classes,
    "gradient": gradient,
    "saliency": gradient.abs().amax(1, keepdim=True),
    "integrated gradients": contribution.sum(1, keepdim=True),
    "occlusion": occlusion[:, :1],
    **cams,
    **{f"model/{name}": value for name, value in model.state_dict().items() if "num_batches" not in name},
}
tensors = {name: tensor.detach().contiguous() for name, tensor in tensors.items()}
save_file(tensors, Path(__file__).with_name("explanations.safetensors"))
