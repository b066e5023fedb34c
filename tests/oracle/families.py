"""Params and multiply-accumulates of the later families' reference students, from an independent reading of the papers.

    python -m venv venv && venv/bin/pip install torch numpy && venv/bin/python tests/oracle/families.py

writes tests/oracle/families.json. Params are those of PyTorch's modules, multiply-accumulates those of its operator
counter (half of the floating-point operations of convolutions and matrix products).
"""
import json, math, pathlib
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode


class Same(nn.Conv2d):
    """TensorFlow's SAME padding: the output is ceil(input / stride), what is odd goes to the end."""
    def forward(self, x):
        pads = []
        for size, kernel, stride in zip(x.shape[:1:-1], self.kernel_size[::-1], self.stride[::-1]):
            total = max((math.ceil(size / stride) - 1) * stride + kernel - size, 0)
            pads += [total // 2, total - total // 2]
        return super().forward(F.pad(x, pads))


class ChannelNorm(nn.LayerNorm):
    def forward(self, x):
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)


def conv(cin, cout, k=1, s=1, act=None, depthwise=False):
    layers = [Same(cin, cout, k, s, groups=cin if depthwise else 1, bias=False), nn.BatchNorm2d(cout)]
    return nn.Sequential(*layers, *([act()] if act else []))


def depthwise(c, k, s, act=None):
    return conv(c, c, k, s, act, depthwise=True)


class Residual(nn.Module):
    def __init__(self, body, shortcut=None):
        super().__init__()
        self.body, self.shortcut = body, shortcut or nn.Identity()

    def forward(self, x):
        return self.shortcut(x) + self.body(x)


class Excite(nn.Module):
    def __init__(self, c, narrow, act, gate):
        super().__init__()
        self.net = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(c, narrow, 1), act(), nn.Conv2d(narrow, c, 1), gate())

    def forward(self, x):
        return x * self.net(x)


def mobilenet_v3(cin, stem_stride, widths=(4, 16, 24), blocks=2, expansion=6, k=5, classes=10):
    layers, c = [conv(cin, widths[0], 3, stem_stride, nn.Hardswish)], widths[0]
    for stage, width in enumerate(widths):
        for block in range(blocks):
            s = 2 if stage and not block else 1
            act = nn.ReLU if stage == 0 else nn.Hardswish
            wide = c if stage == block == 0 else c * expansion
            body = [conv(c, wide, 1, 1, act)] if wide != c else []
            body += [depthwise(wide, k, s, act)]
            if stage:
                body += [Excite(wide, math.ceil(wide / 4), nn.ReLU, nn.Hardsigmoid)]
            body = nn.Sequential(*body, conv(wide, width))
            layers.append(Residual(body) if s == 1 and c == width else body)
            c = width
    layers += [conv(c, expansion * c, 1, 1, nn.Hardswish), nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    return nn.Sequential(*layers, nn.Linear(expansion * c, 2 * c), nn.Hardswish(), nn.Linear(2 * c, classes))


class Shuffle(nn.Module):
    def __init__(self, cin, cout, k, down):
        super().__init__()
        half, s = cout // 2, 2 if down else 1
        self.left = nn.Sequential(depthwise(cin, k, 2), conv(cin, half, 1, 1, nn.ReLU)) if down else None
        first = cin if down else half
        self.right = nn.Sequential(conv(first, half, 1, 1, nn.ReLU), depthwise(half, k, s), conv(half, half, 1, 1, nn.ReLU))

    def forward(self, x):
        left, right = (self.left(x), x) if self.left else x.chunk(2, dim=1)
        return F.channel_shuffle(torch.cat([left, self.right(right)], dim=1), 2)


def shufflenet_v2(cin, stem_stride, widths=(16, 32, 64), units=(1, 3, 2), k=3, classes=10):
    layers, c = [conv(cin, widths[0], 3, stem_stride, nn.ReLU)], widths[0]
    for stage, (width, count) in enumerate(zip(widths, units)):
        for unit in range(count):
            layers.append(Shuffle(c, width, k, down=stage > 0 and unit == 0))
            c = width
    layers += [conv(c, 2 * c, 1, 1, nn.ReLU), nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    return nn.Sequential(*layers, nn.Linear(2 * c, classes))


class Scale(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.gamma = nn.Parameter(torch.full((c, 1, 1), 1e-6))

    def forward(self, x):
        return self.gamma * x


def convnext(cin, patch, widths=(8, 16, 32), blocks=2, expansion=4, k=7, classes=10):
    layers, c = [Same(cin, widths[0], patch, patch), ChannelNorm(widths[0])], widths[0]
    for width in widths:
        if width != c:
            layers += [ChannelNorm(c), Same(c, width, 2, 2)]
            c = width
        for _ in range(blocks):
            perceptron = [nn.Conv2d(c, expansion * c, 1), nn.GELU(), nn.Conv2d(expansion * c, c, 1)]
            layers.append(Residual(nn.Sequential(Same(c, c, k, groups=c), ChannelNorm(c), *perceptron, Scale(c))))
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.LayerNorm(c), nn.Linear(c, classes))


class RelativeAttention(nn.Module):
    """Scores get a bias from a table of offsets, gathered place by place."""
    def __init__(self, c, heads, height, width):
        super().__init__()
        self.qkv, self.out, self.heads = nn.Linear(c, 3 * c), nn.Linear(c, c), heads
        self.table = nn.Parameter(torch.zeros(2 * height - 1, 2 * width - 1, heads))
        rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
        places = torch.stack([rows.flatten(), columns.flatten()])
        self.offsets = places[:, :, None] - places[:, None, :] + torch.tensor([height - 1, width - 1])[:, None, None]

    def forward(self, x):
        n, t, c = x.shape
        q, k, v = self.qkv(x).reshape(n, t, 3, self.heads, c // self.heads).permute(2, 0, 3, 1, 4)
        bias = self.table[self.offsets[0], self.offsets[1]].permute(2, 0, 1)
        scores = (q @ k.transpose(-2, -1) / math.sqrt(c // self.heads) + bias).softmax(-1)
        return self.out((scores @ v).transpose(1, 2).reshape(n, t, c))


class ToTokens(nn.Module):
    def forward(self, x):
        return x.flatten(2).transpose(1, 2)


class Mean(nn.Module):
    def forward(self, x):
        return x.mean(1)


def coatnet(cin, stem_stride, side, widths=(8, 16, 32), blocks=2, attention=2, expansion=4, k=3, classes=10):
    c = widths[0]
    layers = [conv(cin, c, 3, stem_stride, nn.GELU), Same(c, c, 3)]
    for stage, width in enumerate(widths[:2]):
        for block in range(blocks):
            s, wide = (2 if stage and not block else 1), expansion * c
            excite = Excite(wide, math.ceil(wide / 4), nn.GELU, nn.Sigmoid)
            body = [nn.BatchNorm2d(c), conv(c, wide, 1, 1, nn.GELU), depthwise(wide, k, s, nn.GELU), excite]
            shortcut = [nn.MaxPool2d(2, 2, ceil_mode=True)] if s == 2 else []
            shortcut += [nn.Conv2d(c, width, 1)] if c != width else []
            layers.append(Residual(nn.Sequential(*body, nn.Conv2d(wide, width, 1)), nn.Sequential(*shortcut)))
            c = width
    grid = math.ceil(math.ceil(math.ceil(side / stem_stride) / 2) / 2)
    layers += [nn.MaxPool2d(2, 2, ceil_mode=True), nn.Conv2d(c, widths[2], 1), ToTokens()]
    c = widths[2]
    for _ in range(attention):
        layers.append(Residual(nn.Sequential(nn.LayerNorm(c), RelativeAttention(c, c // 8, grid, grid))))
        perceptron = [nn.Linear(c, expansion * c), nn.GELU(), nn.Linear(expansion * c, c)]
        layers.append(Residual(nn.Sequential(nn.LayerNorm(c), *perceptron)))
    return nn.Sequential(*layers, nn.LayerNorm(c), Mean(), nn.Linear(c, classes))


STUDENTS = {
    "mobilenet-v3": lambda side, cin, stride: mobilenet_v3(cin, stride),
    "shufflenet-v2": lambda side, cin, stride: shufflenet_v2(cin, stride),
    "convnext": lambda side, cin, stride: convnext(cin, stride),
    "coatnet": lambda side, cin, stride: coatnet(cin, stride, side),
}
# Side, channels and stem stride: 28 and 32 pixels are halved by the stem, 64 quartered, 8 left alone.
SHAPES = [(8, 1, 1), (28, 1, 2), (32, 3, 2), (64, 3, 4)]


def count(name, side, cin, stride):
    network = STUDENTS[name](side, cin, stride).eval()
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        network(torch.zeros(1, cin, side, side))
    params = sum(parameter.numel() for parameter in network.parameters())
    return {"family": name, "inputShape": [side, side, cin], "params": params, "macs": counter.get_total_flops() // 2}


students = [count(name, *shape) for name in STUDENTS for shape in SHAPES]
out = pathlib.Path(__file__).with_suffix(".json")
out.write_text(json.dumps({"torch": torch.__version__, "students": students}, indent=1) + "\n")
