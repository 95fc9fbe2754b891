"""A torch module as a list of layers for the page (network.js), its weights as safetensors, and its HTML."""

import base64
import hashlib
import html
import io
import json
import zlib
from pathlib import Path

import numpy as np
import safetensors.torch
import torch
from PIL import Image
from torch import nn
from torch.nn import functional as F

FOLDER, FILES = Path(__file__).parent, ("network.js", "page.js")


class Nearest(nn.Module):
    """The last layer of a VQ-VAE's encoder, for export only. codebook: (K, d)."""

    def __init__(self, codebook):
        super().__init__()
        self.weight = codebook


def _where(m):
    """Stride and padding of a convolution. Raises TypeError for options that the page does not know."""
    plain = {"dilation": (1, 1), "groups": 1, "output_padding": (0, 0), "padding_mode": "zeros"}
    odd = [option for option, value in plain.items() if getattr(m, option) not in (value, 0)]
    odd += [sides for sides in ("stride", "padding") if len({*getattr(m, sides)}) > 1]
    if odd:
        raise TypeError(f"The page has no convolution with this {' and '.join(odd)}: {m}.")
    return {"stride": m.stride[0], "padding": m.padding[0]}


# kind of layer in the page: its module, its options, and what it computes from x, weight, bias and options
KINDS = {
    "dense": (nn.Linear, lambda m: {}, lambda x, w, b: F.linear(x, w, b)),
    "conv": (nn.Conv2d, _where, lambda x, w, b, **where: F.conv2d(x, w, b, **where)),
    "deconv": (nn.ConvTranspose2d, _where, lambda x, w, b, **where: F.conv_transpose2d(x, w, b, **where)),
    "embed": (nn.Embedding, lambda m: {}, lambda x, w, b: w[x.long()].movedim(-1, 1)),
    "nearest": (Nearest, lambda m: {}, lambda x, w, b: torch.cdist(x.movedim(1, -1), w).argmin(-1)),
    "silu": (nn.SiLU, lambda m: {}, lambda x, w, b: F.silu(x)),
    "relu": (nn.ReLU, lambda m: {}, lambda x, w, b: x.relu()),
    "leaky": (nn.LeakyReLU, lambda m: {"slope": m.negative_slope},
              lambda x, w, b, slope: F.leaky_relu(x, slope)),
    "sigmoid": (nn.Sigmoid, lambda m: {}, lambda x, w, b: x.sigmoid()),
    "tanh": (nn.Tanh, lambda m: {}, lambda x, w, b: x.tanh()),
    "clamp": (nn.Hardtanh, lambda m: {"low": m.min_val, "high": m.max_val},
              lambda x, w, b, low, high: x.clamp(low, high)),
    "flatten": (nn.Flatten, lambda m: {}, lambda x, w, b: x.flatten(1)),
    "unflatten": (nn.Unflatten, lambda m: {"shape": list(m.unflattened_size)},
                  lambda x, w, b, shape: x.reshape(len(x), *shape)),
    "shuffle": (nn.PixelShuffle, lambda m: {"r": m.upscale_factor}, lambda x, w, b, r: F.pixel_shuffle(x, r)),
    "unshuffle": (nn.PixelUnshuffle, lambda m: {"r": m.downscale_factor},
                  lambda x, w, b, r: F.pixel_unshuffle(x, r)),
}  # fmt: skip


def layers(module, name, tensors, out=None):
    """A module as a list of layers; its weights are put into the dict `tensors`, under names with `name`.

    Batch normalisation is folded into the weighted layer before it, as it is in evaluation mode.
    Raises TypeError for a layer, or an option of one, that the page does not know.
    """
    out, known = [] if out is None else out, {kind: row[0] for kind, row in KINDS.items()}
    if isinstance(module, nn.Sequential):
        for i, child in enumerate(module):  # not .children(), which name a shared module once
            layers(child, f"{name}.{i}", tensors, out)
    elif isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
        _fold(module, next((layer for layer in reversed(out) if "flatten" not in layer["kind"]), {}), tensors)
    elif type(module) in known.values():
        kind = next(kind for kind, own in known.items() if own is type(module))
        out.append({"kind": kind} | KINDS[kind][1](module))
        if hasattr(module, "weight"):
            out[-1]["weight"] = f"{name}.weight"
            tensors[f"{name}.weight"] = module.weight.detach().clone()
        if hasattr(module, "bias"):
            out[-1]["bias"], size = f"{name}.bias", module.weight.shape[kind == "deconv"]
            bias = torch.zeros(size) if module.bias is None else module.bias
            tensors[f"{name}.bias"] = bias.detach().clone()
    elif not isinstance(module, (nn.Identity, nn.Dropout)):
        raise TypeError(f"The page knows no layer {type(module).__name__}, only "
                        + ", ".join(own.__name__ for own in known.values())
                        + " and batch normalisation right after a layer with weights.")  # fmt: skip
    return out


def _fold(norm, layer, tensors):
    if "bias" not in layer:
        raise TypeError(f"The page needs a batch normalisation right after a layer with weights: {norm}.")
    weight, bias = tensors[layer["weight"]], tensors[layer["bias"]]
    slope = norm.weight.detach() / (norm.running_var + norm.eps).sqrt()
    offset = norm.bias.detach() - norm.running_mean * slope
    repeat = len(bias) // len(slope)  # more than 1 for a dense layer whose outputs become channels
    slope, offset = slope.repeat_interleave(repeat), offset.repeat_interleave(repeat)
    across = (1, -1, 1, 1) if layer["kind"] == "deconv" else (-1, *[1] * (weight.ndim - 1))
    tensors[layer["weight"]], tensors[layer["bias"]] = weight * slope.view(across), bias * slope + offset


def run(layers, x, tensors):
    """What the page computes, in torch: a list of layers applied to a batch x (n, …)."""
    for layer in layers:
        options = dict(layer)
        kind, weight, bias = options.pop("kind"), options.pop("weight", None), options.pop("bias", None)
        x = KINDS[kind][2](x, tensors.get(weight), tensors.get(bias), **options)
    return x


def follow(function, nets, inputs, name, tensors):
    """The layers that compute what `function` does, as tried on inputs: (n, …) each, joined in the last axis.

    nets: modules to try; without any, a linear map is assumed (PCA). Weights go into the dict `tensors`.
    Raises ValueError if none of them does: then the page would show something else than the model.
    """
    wanted, x = function(*inputs), torch.cat(inputs, -1)
    if not nets:
        origin, units = function(torch.zeros_like(x[:1])), function(torch.eye(x.shape[1]))
        nets = [nn.Linear(x.shape[1], wanted.shape[1])]
        nets[0].weight.data, nets[0].bias.data = (units - origin).T.contiguous(), origin[0]
    for net in nets:
        own = {}
        found = layers(net, name, own)
        made = run(found, x, own)
        off = (made - wanted).abs() if made.shape == wanted.shape else torch.tensor(torch.inf)
        equal = off <= 1e-4 * (1 + wanted.abs().max())
        if equal.all() or not wanted.is_floating_point() and equal.float().mean() >= 0.99:  # ties of tokens
            tensors |= own
            return found
    raise ValueError(f"The page cannot show this model: its {name.split('.')[-1]} computes something else "
                     "than the layers that can be exported, so page and model would differ.")  # fmt: skip


def quantise(layers, x, tensors):
    """Weights of 8 bits for the layers of a network: uint8, and under "….rows" a scale and an offset per row.

    A row of fewer than 32 weights stays as it is. In a dense layer the columns not yet rounded compensate for
    the rounding so far, given the layer's inputs for a batch x (n, …): GPTQ (Frantar et al. 2023).
    """
    for layer in layers:
        weight, rows = tensors.get(layer.get("weight")), None
        if layer["kind"] in ("dense", "conv", "deconv") and weight[0].numel() >= 32:
            w = weight.flatten(1).double().numpy()  # not torch: the loop is faster on one thread
            low, high = w.min(1), w.max(1)
            scale, rounded = np.maximum((high - low) / 255, 1e-12), np.empty(w.shape, np.uint8)
            carry = np.eye(w.shape[1])
            if layer["kind"] == "dense" and w.shape[1] <= 1024:  # wider ones take seconds
                gram = (x.double().T @ x.double()).numpy()
                gram += (0.01 * gram.diagonal().mean() + 1e-9) * carry
                carry = np.linalg.cholesky(np.linalg.inv(gram)).T
            for j in range(w.shape[1]):
                rounded[:, j] = np.clip(np.round((w[:, j] - low) / scale), 0, 255)
                error = (w[:, j] - low - scale * rounded[:, j]) / carry[j, j]
                w[:, j:] -= error[:, None] * carry[j, j:]
            rows = torch.tensor(np.stack([scale, low], 1)).float()
            tensors[layer["weight"] + ".rows"] = rows
            tensors[layer["weight"]] = torch.tensor(rounded).view_as(weight)
        x = run([layer], x, _dequantised(tensors, layer) if rows is not None else tensors)


def _dequantised(tensors, layer):
    name = layer["weight"]
    scale, offset = (column.view(-1, *[1] * (tensors[name].ndim - 1)) for column in tensors[name + ".rows"].T)
    return tensors | {name: tensors[name] * scale + offset}


def some(x, n):
    """At most n rows of a tensor, evenly spaced, on the CPU."""
    n = min(n, len(x))
    return x[torch.arange(n) * len(x) // n].cpu()


def near(codes, distance):
    """Codes (n, q) with noise, in units of their standard deviation; torch's generator stays as it is."""
    noise = torch.randn(codes.shape, generator=torch.Generator().manual_seed(0))
    return codes + distance * codes.std(0, correction=0) * noise


def pack(tensors):
    """Tensors as a safetensors file: floats as float16, those named "….exact" or "….rows" as float32.

    Raises ValueError for weights that float16 cannot hold.
    """
    out = {}
    for name, t in tensors.items():
        half = t.is_floating_point() and not name.endswith((".exact", ".rows"))
        if half and not t.half().isfinite().all():
            raise ValueError(f"{name} has values that float16 cannot hold.")
        out[name] = (t.half() if half else t if t.dtype == torch.uint8 else t.float()).contiguous()
    return safetensors.torch.save(out)


def unpack(file):
    """The tensors of a packed file as the page reads them: {name: float32 tensor}."""
    stored = safetensors.torch.load(file)
    for name in [name.removesuffix(".rows") for name in stored if name.endswith(".rows")]:
        stored = _dequantised(stored, {"weight": name})
    return {name: t.float() for name, t in stored.items() if not name.endswith(".rows")}


class Explorer:
    """An explorer as a notebook displays it: HTML that needs no kernel, no file and no network."""

    def __init__(self, spec, weights, figure, alt, files=FILES, build="build"):
        buffer, still = io.BytesIO(), io.BytesIO()
        figure.savefig(buffer, format="png")
        image = Image.open(buffer).convert("RGB").quantize(80, Image.Quantize.MAXCOVERAGE)
        image.save(still, "png", optimize=True)
        self.spec, self.weights, self.still, self.alt = spec, weights, still.getvalue(), alt
        self.files, self.build = files, build

    def to_html(self):
        """The explorer as HTML. Where scripts do not run, the still image is shown."""
        spec = json.dumps(self.spec).replace("<", "\\u003c")  # "</script>" in a name would end the script
        data, png = (base64.b64encode(part).decode() for part in (zlib.compress(self.weights, 9), self.still))
        name = "explorer-" + hashlib.sha256((spec + self.build).encode() + self.weights).hexdigest()[:12]
        scripts = "\n".join((FOLDER / file).read_text("utf-8") for file in self.files)
        return (f'<div class="{name}"><img alt="{html.escape(self.alt)}" style="max-width: 100%" '
                f'src="data:image/png;base64,{png}"></div>\n<script type="module">\n{scripts}\n'
                f'start("{name}", {spec}, "{data}", {self.build});\n</script>')  # fmt: skip

    def __repr__(self):
        return "Explorer: run this cell, or trust the notebook, to move it."

    def _repr_mimebundle_(self, **_):
        return {"text/html": self.to_html(), "text/plain": repr(self)}
