"""PyTorch's side of the comparison: builds the model that it is told and trains it, as `protocol.rs` says. The models are
those of `eosin::nn`, layer by layer, and begin with the numbers of `numbers.rs`.

How it runs comes first: `eager`, `channels-last` (convolutions with channels innermost in memory), or `compiled` (by inductor).
`count` prints the floating point operations of a step instead, as PyTorch counts those of convolutions and matrix products."""

import math
import resource
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

torch.set_num_threads(2)
torch.manual_seed(1)
# By default factors of convolutions are rounded to 10 bits on newer GPUs. Nobody else here does that.
torch.backends.cudnn.allow_tf32 = False


class Block(nn.Module):
    def __init__(self, inputs, outputs, dropout):
        super().__init__()
        self.first = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.dropout = nn.Dropout(dropout)
        self.second = nn.Conv2d(outputs, outputs, 3, padding=1)

    def forward(self, x):
        return F.elu(self.second(self.dropout(F.elu(self.first(x)))))


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        channels = [16, 32, 64, 128, 256]
        self.down = nn.ModuleList()
        inputs = 3
        for outputs, dropout in zip(channels, [0.1, 0.1, 0.2, 0.2, 0.3]):
            self.down.append(Block(inputs, outputs, dropout))
            inputs = outputs
        self.enlarge, self.up = nn.ModuleList(), nn.ModuleList()
        for outputs, dropout in zip(channels[3::-1], [0.2, 0.2, 0.1, 0.1]):
            self.enlarge.append(nn.ConvTranspose2d(inputs, outputs, 2, stride=2))
            self.up.append(Block(2 * outputs, outputs, dropout))
            inputs = outputs
        self.last = nn.Conv2d(inputs, 1, 1)

    def forward(self, x):
        skips = []
        for level, block in enumerate(self.down):
            x = block(x if level == 0 else F.max_pool2d(x, 2))
            skips.append(x)
        skips.pop()
        for enlarge, block in zip(self.enlarge, self.up):
            x = block(torch.cat([enlarge(x), skips.pop()], 1))
        return self.last(x)


def mlp():
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10))


def mnist():
    return nn.Sequential(
        nn.Conv2d(1, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(3136, 1024), nn.ReLU(), nn.Dropout(0.4), nn.Linear(1024, 10),
    )


class Residual(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.first = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.first_norm = nn.BatchNorm2d(outputs)
        self.second = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.second_norm = nn.BatchNorm2d(outputs)
        self.shortcut = nn.Sequential()
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = F.relu(self.first_norm(self.first(x)))
        return F.relu(self.second_norm(self.second(y)) + self.shortcut(x))


def resnet18():
    layers = [nn.Conv2d(1, 64, 3, 1, 1, bias=False), nn.BatchNorm2d(64), nn.ReLU()]
    inputs = 64
    for outputs, stride in [(64, 1), (128, 2), (256, 2), (512, 2)]:
        layers += [Residual(inputs, outputs, stride), Residual(outputs, outputs, 1)]
        inputs = outputs
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10))


def bce_dice(logits, target):
    probability = logits.sigmoid()
    image = (1, 2, 3)
    overlap = (probability * target).sum(image)
    dice = (2 * overlap + 1) / (probability.sum(image) + target.sum(image) + 1)
    return F.binary_cross_entropy_with_logits(logits, target) + 1 - dice.mean()


def numbers(*shape):
    prime = 10_007
    index = torch.arange(math.prod(shape)) % prime
    return (index * index % prime * 7919 % prime / prime).view(shape)


def main():
    way, device, name, *shape = sys.argv[1:]
    shape = [int(size) for size in shape]
    model = {"unet": UNet, "unet-inference": UNet, "mlp": mlp, "mnist": mnist, "resnet18": resnet18}[name]()
    with torch.no_grad():
        for parameter in model.parameters():
            bound = (parameter.numel() / len(parameter)) ** -0.5
            parameter.copy_((2 * numbers(*parameter.shape) - 1) * bound)
    memory = torch.channels_last if way == "channels-last" else torch.contiguous_format
    model.to(device, memory_format=memory)
    images = numbers(*shape).to(device, memory_format=memory)
    if name.startswith("unet"):
        target, loss = numbers(shape[0], 1, *shape[2:]).round(), bce_dice
    else:
        target, loss = torch.arange(shape[0]) % 10, F.cross_entropy
    target = target.to(device)
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)

    def predict(images):
        return model(images).sigmoid()

    def error(images, target):
        return loss(model(images), target)

    if way == "compiled":
        predict, error = torch.compile(predict), torch.compile(error)

    def step():
        if name == "unet-inference":
            with torch.inference_mode():
                return predict(images)
        optimizer.zero_grad()
        error(images, target).backward()
        optimizer.step()

    model.train(name != "unet-inference")
    if way == "count":
        with FlopCounterMode(display=False) as counter:
            step()
        print(counter.get_total_flops())
        return
    with torch.inference_mode():
        first = loss(model.eval()(images), target).item()
    print(sum(parameter.numel() for parameter in model.parameters()), first, flush=True)
    model.train(name != "unet-inference")
    for _ in sys.stdin:
        begun = time.perf_counter()
        step()
        if device != "cpu":
            # A GPU is told what to do, and does it later.
            torch.cuda.synchronize()
        seconds = time.perf_counter() - begun
        print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000, flush=True)


main()
