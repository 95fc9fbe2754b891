"""Checkers of 04_autoencoder."""

import torch

from helpers.exercises import example, grade


def check_build(yours):
    """build(d, k): two widths -> (encoder, decoder), modules (n, d) -> (n, k) and (n, k) -> (n, d)."""
    d, k = 6, 3
    asks = {
        "the encoder must turn (n, d) into (n, k).": 0,
        "the decoder must turn (n, k) into (n, d).": 1,
        "the encoder has no bend: without one, two linear layers are a single one.": 2,
        "the decoder has no bend: without one, two linear layers are a single one.": 3,
        "codes cannot take any value: no bend or sigmoid behind the encoder's last layer.": 4,
        "reconstructions cannot take any value: no bend or sigmoid behind the decoder's last layer.": 5,
        "each part shall have one hidden layer, of 32 units.": 6,
    }

    def examine(d, k):
        torch.manual_seed(0)
        parts = yours(d, k)
        if parts is ... or parts is None:
            return parts
        first = next((p for p in parts[0].parameters() if p.ndim == 2), None)
        if first is None or first.shape[1] == k != d:
            return torch.zeros(len(asks))
        met, hidden = [], []
        for part, rows, columns in ((parts[0], d, k), (parts[1], k, d)):
            part.eval()
            x = 30 * example(400, rows).sin()
            with torch.no_grad():
                out = part(x)
                curve = part(x) + part(-x) - 2 * part(0 * x)
                matrices = [p for p in part.parameters() if p.ndim == 2]
                matrices[-1].mul_(1000)  # only a squashed output stays bounded
                far = part(x)
            met += [(out.shape == (400, columns), curve.abs().max() > 1e-3, free(far))]
            hidden += [p.shape[0] for p in matrices[:-1]]
        ordered = [value for pair in zip(*met, strict=True) for value in pair] + [hidden == [32, 32]]
        return torch.tensor(ordered).float()

    mistakes = {}
    for hint, i in asks.items():
        mistakes[hint] = torch.ones(len(asks))
        mistakes[hint][i] = 0
    mistakes["neither part has a bend: two linear layers are a single one."] = torch.tensor(
        [1, 1, 0, 0, 1, 1, 1.0]
    )
    mistakes["no bend or sigmoid behind the last layers: codes and reconstructions may be anything."] = (
        torch.tensor([1, 1, 1, 1, 0, 0, 1.0])
    )
    mistakes["encoder and decoder are swapped: the encoder comes first, from d to k."] = torch.zeros(7)
    praise = f"From {d} to {k} numbers and back, with a bend on each way."
    also = (5, 2), torch.ones(len(asks))
    grade(examine, (d, k), torch.ones(len(asks)), mistakes, praise, also=also)


def free(values):
    """True if values of both signs, far beyond one, come out."""
    return values.min() < -2 and values.max() > 2


def check_interpolate(yours):
    """interpolate(a, b, steps): (q,), (q,), n -> (n, q) from a to b, ends included."""
    a, b = example(2, 4)
    t = torch.linspace(0, 1, 5)[:, None]
    right = (1 - t) * a + t * b
    without = torch.arange(5)[:, None] / 5
    mistakes = {
        "it must start at a and end at b, not the other way round.": right.flip(0),
        "b itself must be the last: divide by steps − 1.": (1 - without) * a + without * b,
        "a and b themselves must be included.":
            (1 - torch.linspace(0, 1, 7)[1:-1, None]) * a + torch.linspace(0, 1, 7)[1:-1, None] * b,
        "the step is t (b − a), added to a; you added t b.": a + t * b,
        "one code a row is wanted: (steps, q).": right.T,
        "the weights of a and b must sum to one.": t * a + t * b,
        "one step too many: `steps` codes in all.":
            (1 - torch.linspace(0, 1, 6)[:, None]) * a + torch.linspace(0, 1, 6)[:, None] * b,
        "that is the way from 0 to b − a: start at a.": t * (b - a),
    }  # fmt: skip
    c, d = example(2, 3, seed=1)
    also = (c, d, 2), torch.stack([c, d])
    grade(yours, (a, b, 5), right, mistakes, "A straight line in code space.", also=also)
