"""Makes `losses.safetensors`: losses of pixels and their gradients, by PyTorch, torchvision, MONAI and the authors' formulas, which
`losses.rs` compares with ours.

    pip install torch==2.15 torchvision==0.29.2 monai==1.6.1 safetensors numpy
    python tests/golden/losses.py
"""

from pathlib import Path

import torch
from monai.losses import DiceLoss, TverskyLoss
from safetensors.torch import save_file
from torch.nn import functional as F
from torchvision.ops import sigmoid_focal_loss

torch.manual_seed(1)


def normal(*shape):
    return torch.randn(*shape, dtype=torch.float64)


def lovasz_grad(truth):
    """As in the authors' code, of Berman et al. 2018, algorithm 1."""
    total = truth.sum()
    jaccard = 1 - (total - truth.cumsum(0)) / (total + (1 - truth).cumsum(0))
    jaccard[1:] = jaccard[1:] - jaccard[:-1].clone()
    return jaccard


def lovasz(errors, truth):
    errors, order = errors.sort(descending=True)
    return errors @ lovasz_grad(truth[order])


def lovasz_hinge(logits, masks):
    losses = [
        lovasz((1 - image * (2 * mask - 1)).flatten().relu(), mask.flatten()) for image, mask in zip(logits, masks)
    ]
    return torch.stack(losses).mean()


def lovasz_softmax(logits, classes):
    probabilities = logits.softmax(1)
    losses = []
    for index in classes.unique():
        truth = (classes == index).double().flatten()
        losses.append(lovasz((truth - probabilities[:, index].flatten()).abs(), truth))
    return torch.stack(losses).mean()


LOGITS = normal(2, 1, 6, 5)
MASKS = (normal(2, 1, 6, 5) > 0.3).double()
OF_CLASSES = normal(2, 4, 6, 5)
# Class 3 is nowhere, class 2 only in the second image.
CLASSES = torch.randint(0, 2, (2, 6, 5))
CLASSES[1, :2] = 2
WEIGHTS = torch.rand(2, 1, 6, 5, dtype=torch.float64) * 10
DISTANCES = normal(2, 1, 6, 5)
CASES = {
    "focal_loss": (lambda x: sigmoid_focal_loss(x, MASKS, alpha=0.25, gamma=2, reduction="mean"), LOGITS),
    "focal_loss without alpha": (lambda x: sigmoid_focal_loss(x, MASKS, alpha=-1, gamma=1.5, reduction="mean"), LOGITS),
    "tversky_loss": (
        lambda x: TverskyLoss(sigmoid=True, alpha=0.3, beta=0.7, smooth_nr=0.5, smooth_dr=0.5)(x, MASKS), LOGITS,
    ),
    "soft_dice_loss": (
        lambda x: DiceLoss(to_onehot_y=True, softmax=True)(x, CLASSES.unsqueeze(1)), OF_CLASSES,
    ),
    "pixel_weighted_bce_with_logits": (
        lambda x: F.binary_cross_entropy_with_logits(x, MASKS, weight=WEIGHTS), LOGITS,
    ),
    "pixel_cross_entropy": (lambda x: F.cross_entropy(x, CLASSES), OF_CLASSES),
    "pixel_weighted_cross_entropy": (
        lambda x: (F.cross_entropy(x, CLASSES, reduction="none") * WEIGHTS.squeeze(1)).mean(), OF_CLASSES,
    ),
    "l1_loss": (lambda x: F.l1_loss(x, DISTANCES), LOGITS),
    "l1_loss weighted": (lambda x: F.l1_loss(x, DISTANCES, weight=WEIGHTS), LOGITS),
    "mse_loss": (lambda x: F.mse_loss(x, DISTANCES), LOGITS),
    "mse_loss weighted": (lambda x: F.mse_loss(x, DISTANCES, weight=WEIGHTS), LOGITS),
    "smooth_l1_loss": (lambda x: F.smooth_l1_loss(x, DISTANCES, beta=0.8), LOGITS),
    "lovasz_hinge": (lambda x: lovasz_hinge(x, MASKS), LOGITS),
    "lovasz_softmax": (lambda x: lovasz_softmax(x, CLASSES), OF_CLASSES),
}

tensors = {"masks": MASKS, "classes": CLASSES.double(), "weights": WEIGHTS, "distances": DISTANCES}
for name, (loss, output) in CASES.items():
    output = output.clone().requires_grad_()
    result = loss(output)
    result.backward()
    tensors[f"{name}/output"] = output.detach()
    tensors[f"{name}/result"] = result.detach()
    tensors[f"{name}/gradient"] = output.grad.contiguous()
save_file(tensors, Path(__file__).with_name("losses.safetensors"))
