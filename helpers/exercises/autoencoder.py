"""Checkers of 04_autoencoder."""

import contextlib

import torch
from torch import nn

from helpers.exercises import example, grade


def check_make_autoencoder(answer):
    """build(d, k): two dimensions -> (encoder, decoder), modules (n, d) -> (n, k) and (n, k) -> (n, d)."""
    d, k = 6, 3
    requirements = {
        "the encoder must turn (n, d) into (n, k).": 0,
        "the decoder must turn (n, k) into (n, d).": 1,
        "the encoder has no activation function: without one, two linear layers are a single one.": 2,
        "the decoder has no activation function: without one, two linear layers are a single one.": 3,
        "codes cannot take any value: no activation function after the encoder's last layer.": 4,
        "reconstructions cannot take any value: no activation function after the decoder's last layer.": 5,
        "each part must have one hidden layer of 32 units.": 6,
    }

    def examine(d, k):
        torch.manual_seed(0)
        parts = answer(d, k)
        if parts is ... or parts is None:
            return parts
        first = next((p for p in parts[0].parameters() if p.ndim == 2), None)
        if first is None or first.shape[1] == k != d:
            return torch.zeros(len(requirements))
        met, hidden = [], []
        for part, rows, columns in ((parts[0], d, k), (parts[1], k, d)):
            part.eval()
            x = 30 * example(400, rows).sin()
            with torch.no_grad():
                if not takes(part, rows):
                    met.append((False, True, True))
                    hidden.append(32)
                    continue
                out = part(x)
                curve = part(x) + part(-x) - 2 * part(0 * x)
                matrices = [p for p in part.parameters() if p.ndim == 2]
                matrices[-1].mul_(1000)  # only a saturating output stays bounded
                far = part(x)
            met += [(out.shape == (400, columns), curve.abs().max() > 1e-3, unbounded(far))]
            hidden += [p.shape[0] for p in matrices[:-1]]
        ordered = [value for pair in zip(*met, strict=True) for value in pair] + [hidden == [32, 32]]
        return torch.tensor(ordered).float()

    mistakes = {}
    for hint, i in requirements.items():
        mistakes[hint] = torch.ones(len(requirements))
        mistakes[hint][i] = 0
    mistakes["neither part has an activation function: two linear layers are a single one."] = torch.tensor(
        [1, 1, 0, 0, 1, 1, 1.0]
    )
    mistakes["no activation function after the last layers: their outputs may take any value."] = (
        torch.tensor([1, 1, 1, 1, 0, 0, 1.0])
    )
    mistakes["encoder and decoder are swapped: the encoder comes first, from d to k."] = torch.zeros(7)
    success_message = f"From {d} to {k} dimensions and back, with a nonlinearity in each part."
    second_case = (5, 2), torch.ones(len(requirements))
    grade(examine, (d, k), torch.ones(len(requirements)), mistakes, success_message, second_case)


def takes(network, features):
    """True if a module can be called with a batch (3, features)."""
    with torch.no_grad(), contextlib.suppress(RuntimeError):
        return torch.is_tensor(network(torch.zeros(3, features)))
    return False


def unbounded(values):
    """True if values of both signs, far beyond one, come out."""
    return values.min() < -2 and values.max() > 2


def check_interpolate(answer):
    """interpolate(a, b, steps): (q,), (q,), n -> (n, q) from a to b, ends included."""
    a, b = example(2, 4)
    t = torch.linspace(0, 1, 5)[:, None]
    expected = (1 - t) * a + t * b
    without = torch.arange(5)[:, None] / 5
    mistakes = {
        "it must start at a and end at b, not the other way round.": expected.flip(0),
        "b itself must be the last: divide by steps − 1.": (1 - without) * a + without * b,
        "a and b themselves must be included.":
            (1 - torch.linspace(0, 1, 7)[1:-1, None]) * a + torch.linspace(0, 1, 7)[1:-1, None] * b,
        "the step is t (b − a), added to a; you added t b.": a + t * b,
        "one code per row is expected: (steps, q).": expected.T,
        "the weights of a and b must sum to one.": t * a + t * b,
        "one step too many: `steps` codes in all.":
            (1 - torch.linspace(0, 1, 6)[:, None]) * a + torch.linspace(0, 1, 6)[:, None] * b,
        "that is the path from 0 to b − a: start at a.": t * (b - a),
        "the step is b − a: you went the other way, away from b.": a - t * (b - a),
        "the path starts at a: you added the steps to b.": b + t * (b - a),
        "b has no weight: multiply it by t.": (1 - t) * a + b,
        "both have the same weight, 1 − t: b has t.": (1 - t) * (a + b),
        "t runs from 0 to 1, not over whole numbers.": (
            a + torch.arange(5)[:, None] * (b - a), a + torch.arange(1, 6)[:, None] * (b - a)),
        "a itself must be the first: t begins with 0.": a + torch.arange(1, 6)[:, None] / 5 * (b - a),
        "that is the middle only: t runs from 0 to 1.": (a + b).expand(5, -1) / 2,
    }  # fmt: skip
    c, d = example(2, 3, seed=1)
    second_case = (c, d, 2), torch.stack([c, d])
    grade(answer, (a, b, 5), expected, mistakes, "A straight line in latent space.", second_case)


def check_conv_encoder(answer):
    """conv_encoder(k) -> a module (n, 784) -> (n, k) with convolutions."""

    def describe(k):
        torch.manual_seed(0)
        network = answer(k)
        if network is ... or network is None:
            return network
        if not takes(network, 784) and takes(network, k):
            return torch.zeros(4)
        x = 30 * (example(60, 784) - 3)
        with torch.no_grad():
            z, curve = network(x), network(x) + network(-x) - 2 * network(0 * x)
            bounded = z.abs().max() < 2 or z.min() >= 0
        convolutional = any(isinstance(m, nn.Conv2d) for m in network.modules())
        right_shape = z.shape == (60, k)
        return torch.tensor([right_shape, convolutional, curve.abs().max() > 1e-2, not bounded]).float()

    mistakes = {
        "the code must have shape (n, k): flatten, then end with a linear layer to k.": [0, 1, 1, 1],
        "there is no Conv2d in it.": [1, 0, 1, 1],
        "it has no activation function: such layers are a single linear map.": [1, 1, 0, 1],
        "codes may take any value: no activation function after the last layer.": [1, 1, 1, 0],
        "that turns codes into images, (n, k) into (n, 784): an encoder goes the other way.": [0, 0, 0, 0],
    }
    mistakes = {hint: torch.tensor(value).float() for hint, value in mistakes.items()}
    success = "Now train it beside the MLP, as above."
    grade(describe, (30,), torch.ones(4), mistakes, success, ((7,), torch.ones(4)))
