"""The peer of `benchmarks/train.ts`: the same network, from the same graph and weights, in PyTorch eager.

Started with a folder that holds `graph.json`, `weights.safetensors`, `images.f32`, `labels.i32` and `task.json`, a memory
format (`contiguous` or `channels_last`) and a number of threads. Prints one JSON line of facts for the parity check, then
answers each line `N` on standard input with the seconds that N training steps took.

Maps are [batch, channels, h, w], tokens [batch, t, channels]. Convolutions pad as TensorFlow's SAME.
"""

import json
import math
import struct
import sys
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

ACTIVATIONS = {
    "relu": F.relu,
    "relu6": F.relu6,
    "gelu": F.gelu,
    "sigmoid": torch.sigmoid,
    "hardSwish": F.hardswish,
    "hardSigmoid": F.hardsigmoid,
    "swish": F.silu,
}
EPSILON = 1e-5


def read_safetensors(path):
    data = Path(path).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    start = 8 + length
    return {
        name: np.frombuffer(data, np.float32, offset=start + entry["data_offsets"][0], count=math.prod(entry["shape"]))
        .reshape(entry["shape"])
        .copy()
        for name, entry in header.items()
    }


def same_padding(size, kernel, stride):
    """(before, after) along one axis."""
    total = max((math.ceil(size / stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


class SameConv(nn.Module):
    """Pads inside the convolution where both sides get alike, else before it."""

    def __init__(self, kernel, stride, bias, depthwise):
        super().__init__()
        weight = torch.from_numpy(kernel)
        # HWIO to OIHW; depthwise [k, k, channels, 1] to [channels, 1, k, k].
        weight = weight.permute(2, 3, 0, 1) if depthwise else weight.permute(3, 2, 0, 1)
        outputs, per_group, height, width = weight.shape
        groups = outputs if depthwise else 1
        self.kernel, self.stride = height, stride
        self.conv = nn.Conv2d(per_group * groups, outputs, (height, width), stride, groups=groups, bias=bias is not None)
        with torch.no_grad():
            self.conv.weight.copy_(weight)
            if bias is not None:
                self.conv.bias.copy_(torch.from_numpy(bias))
        self.extra = None

    def fit(self, height, width):
        top, bottom = same_padding(height, self.kernel, self.stride)
        left, right = same_padding(width, self.kernel, self.stride)
        if top == bottom and left == right:
            self.conv.padding = (top, left)
        else:
            self.extra = (left, right, top, bottom)

    def forward(self, x):
        return self.conv(x if self.extra is None else F.pad(x, self.extra))


class Attention(nn.Module):
    def __init__(self, channels, heads, grid, weights):
        super().__init__()
        self.heads = heads
        self.qkv = linear(weights["qkvKernel"], weights["qkvBias"])
        self.out = linear(weights["outKernel"], weights["outBias"])
        self.bias = None
        if grid is not None:
            height, width = grid
            self.bias = nn.Parameter(torch.from_numpy(weights["relativeBias"]))
            rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
            rows, columns = rows.flatten(), columns.flatten()
            index = (rows[:, None] - rows[None] + height - 1) * (2 * width - 1) + columns[:, None] - columns[None] + width - 1
            self.register_buffer("index", index)

    def forward(self, x):
        batch, tokens, channels = x.shape
        q, k, v = self.qkv(x).view(batch, tokens, 3, self.heads, channels // self.heads).permute(2, 0, 3, 1, 4)
        mask = None if self.bias is None else self.bias[self.index].permute(2, 0, 1).unsqueeze(0)
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        return self.out(y.transpose(1, 2).reshape(batch, tokens, channels))


def linear(kernel, bias):
    layer = nn.Linear(kernel.shape[0], kernel.shape[1], bias=bias is not None)
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(kernel).T)
        if bias is not None:
            layer.bias.copy_(torch.from_numpy(bias))
    return layer


class MapNorm(nn.Module):
    """Layer norm over the channels of a map."""

    def __init__(self, norm):
        super().__init__()
        self.norm = norm

    def forward(self, x):
        return self.norm(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class Parameter(nn.Module):
    def __init__(self, value, view):
        super().__init__()
        self.value = nn.Parameter(torch.from_numpy(value))
        self.view = view


class PositionEmbedding(Parameter):
    def forward(self, x):
        return x + self.value


class LayerScale(Parameter):
    def forward(self, x):
        return x * (self.value.view(-1, 1, 1) if self.view else self.value)


class Step(nn.Module):
    """A layer without weights, as a function of its inputs."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, *inputs):
        return self.function(*inputs)


def shuffle(x, groups):
    batch, channels, height, width = x.shape
    return x.view(batch, groups, channels // groups, height, width).transpose(1, 2).reshape(batch, channels, height, width)


def pool(function, size, stride, **options):
    """SAME pads after rather than before, which is what rounding up does; taps outside never count."""

    def run(x):
        if same_padding(x.shape[2], size, stride)[0] or same_padding(x.shape[3], size, stride)[0]:
            raise SystemExit("pools that are padded before the map are not part of this peer")
        return function(x, size, stride, ceil_mode=True, **options)

    return run


def build(layer, shapes, weights):
    op = layer["layer"]
    own = {name.split("/")[1]: value for name, value in weights.items() if name.split("/")[0] == layer["id"]}
    inputs = [shapes[name] for name in layer["inputs"]]
    match op["op"]:
        case "conv2d" | "depthwiseConv2d":
            conv = SameConv(own["kernel"], op["stride"], own.get("bias"), op["op"] == "depthwiseConv2d")
            conv.fit(*inputs[0][:2])
            return conv
        case "batchNorm":
            norm = nn.BatchNorm2d(inputs[0][-1], eps=EPSILON, momentum=0.1)
            with torch.no_grad():
                norm.weight.copy_(torch.from_numpy(own["gamma"]))
                norm.bias.copy_(torch.from_numpy(own["beta"]))
            return norm
        case "layerNorm":
            norm = nn.LayerNorm(inputs[0][-1], eps=EPSILON)
            return MapNorm(norm) if len(inputs[0]) == 3 else norm
        case "activation":
            return Step(ACTIVATIONS[op["kind"]])
        case "add":
            return Step(lambda first, *rest: sum(rest, first))
        case "scale":
            return Step(lambda x, gate: x * gate[:, :, None, None])
        case "dense":
            return linear(own["kernel"], own.get("bias"))
        case "globalAveragePool":
            return Step(lambda x: x.mean((2, 3)))
        case "averagePool":
            return Step(pool(F.avg_pool2d, op["size"], op["stride"], count_include_pad=False))
        case "maxPool":
            return Step(pool(F.max_pool2d, op["size"], op["stride"]))
        case "tokens":
            return Step(lambda x: x.flatten(2).transpose(1, 2))
        case "positionEmbedding":
            return PositionEmbedding(own["embedding"], False)
        case "transpose":
            return Step(lambda x: x.transpose(1, 2))
        case "attention":
            return Attention(inputs[0][-1], op["heads"], op.get("grid"), own)
        case "meanTokens":
            return Step(lambda x: x.mean(1))
        case "channels":
            start, count = op["from"], op["count"]
            return Step(lambda x: x.narrow(1, start, count))
        case "concat":
            return Step(lambda *xs: torch.cat(xs, 1))
        case "channelShuffle":
            return Step(lambda x: shuffle(x, op["groups"]))
        case "layerScale":
            return LayerScale(own["gamma"], len(inputs[0]) == 3)
    raise SystemExit(f"no peer for the op {op['op']}")


class Network(nn.Module):
    def __init__(self, graph, shapes, weights):
        super().__init__()
        layers = graph["layers"]
        self.steps = nn.ModuleList(build(layer, shapes, weights) for layer in layers[1:])
        place = {layer["id"]: index for index, layer in enumerate(layers)}
        self.inputs = [[place[name] for name in layer["inputs"]] for layer in layers[1:]]

    def forward(self, images):
        values = [images]
        for step, inputs in zip(self.steps, self.inputs):
            values.append(step(*[values[index] for index in inputs]))
        return values[-1]


def count_macs(network, images):
    """By hooks on what multiplies matrices, for one image."""
    total = 0

    def conv(module, _inputs, output):
        nonlocal total
        total += output[0].numel() * module.weight[0].numel()

    def dense(module, _inputs, output):
        nonlocal total
        total += output[0].numel() * module.in_features

    def attention(_module, inputs, _output):
        nonlocal total
        tokens, channels = inputs[0].shape[1:]
        total += 2 * tokens * tokens * channels

    hooks = {nn.Conv2d: conv, nn.Linear: dense, Attention: attention}
    handles = [m.register_forward_hook(hooks[type(m)]) for m in network.modules() if type(m) in hooks]
    network(images)
    for handle in handles:
        handle.remove()
    return total


def main():
    folder, layout, threads = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    torch.set_num_threads(threads)
    task = json.loads((folder / "task.json").read_text())
    graph = json.loads((folder / "graph.json").read_text())
    height, width, channels = graph["inputShape"]
    images = torch.from_numpy(np.fromfile(folder / "images.f32", np.float32).reshape(-1, height, width, channels))
    labels = torch.from_numpy(np.fromfile(folder / "labels.i32", np.int32).astype(np.int64))
    memory = torch.channels_last if layout == "channels_last" else torch.contiguous_format
    images = images.permute(0, 3, 1, 2).contiguous(memory_format=memory)
    network = Network(graph, task["shapes"], read_safetensors(folder / "weights.safetensors")).to(memory_format=memory)
    decayed = [p for p in network.parameters() if p.dim() > 1]
    others = [p for p in network.parameters() if p.dim() <= 1]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": task["weightDecay"]}, {"params": others, "weight_decay": 0.0}],
        lr=task["learningRate"],
        betas=(0.9, 0.99),
        fused=True,
    )
    batch = task["batchSize"]
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(1))
    position = 0

    def step():
        nonlocal position
        if position + batch > len(images):
            position = 0
        chosen = order[position : position + batch]
        position += batch
        loss = F.cross_entropy(network(images[chosen]), labels[chosen])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        return loss.detach()

    network.train()
    with torch.no_grad():
        first = F.cross_entropy(network(images[:batch]), labels[:batch]).item()
        network.eval()
        macs = count_macs(network, images[:1])
    network.train()
    params = sum(p.numel() for p in network.parameters())
    facts = {"params": params, "macs": macs, "firstLoss": first, "threads": torch.get_num_threads(), "version": torch.__version__}
    print(json.dumps(facts), flush=True)
    for line in sys.stdin:
        total = torch.zeros(())
        started, cpu = time.perf_counter(), time.process_time()
        for _ in range(int(line)):
            total += step()
        total.item()
        print(json.dumps({"seconds": time.perf_counter() - started, "cpuSeconds": time.process_time() - cpu}), flush=True)


main()
