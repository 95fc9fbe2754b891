"""Checkers of 05_regularised_autoencoders."""

import torch

from helpers.exercises import example, grade


def check_tanh_contraction(yours):
    """tanh_contraction(z, A): (n, q) codes, (q, d) weights -> (n,) squared Jacobians."""
    A, x = example(4, 3) - 2, example(6, 3, seed=1) / 6
    z = (x @ A.T - 1).tanh()
    long, slope = A.square().sum(1), 1 - z**2
    right = slope.square() @ long
    mistakes = {
        "that is the sigmoid's derivative, z(1 − z); tanh' = 1 − z².": (z * (1 - z)).square() @ long,
        "the derivative 1 − z² must be squared too.": slope @ long,
        "the derivative of tanh is 1 − z², not 1 − z.": (1 - z).square() @ long,
        "use the squared lengths of the rows of A, not the lengths.": slope.square() @ long.sqrt(),
        "that is the norm of J; its square is wanted.": right.sqrt(),
        "one number for each input is wanted: do not average over the batch.": right.mean(),
        "one number for each input is wanted: do not sum over the batch.": right.sum(),
        "sum over the codes; you averaged.": right / 4,
        "sum over the features too; you averaged over them.": right / 3,
        "the codes' derivatives are missing: that is the squared size of A alone.": long.sum().expand(6),
        "square the entries before you sum over the features.": slope.square() @ A.sum(1).square(),
        "z is given after tanh already; do not apply it again.": (1 - z.tanh() ** 2).square() @ long,
    }
    B, w = example(2, 5, seed=3) - 2, example(3, 2).sin()
    also = (w, B), (1 - w**2).square() @ B.square().sum(1)
    grade(yours, (z, A), right, mistakes, "No automatic differentiation needed.", also=also)


def check_keep_largest(yours):
    """keep_largest(z, k): (n, q), k -> (n, q) with the k largest in absolute value of each row."""
    z, k = 3 * example(5, 6).sub(2).sin(), 2

    def keep(size, k):
        return torch.zeros_like(z).scatter(1, size.topk(k, 1).indices, 1) * z

    right = keep(z.abs(), k)
    mistakes = {
        "the largest in absolute value are wanted: strong negative codes count too.": keep(z, k),
        "the signs are lost: keep the codes as they were.": right.abs(),
        "those are the smallest.": keep(-z.abs(), k),
        "you kept the smallest codes, the most negative ones.": keep(-z, k),
        "k of the whole batch is not k of each row.":
            z * (z.abs() >= z.abs().flatten().topk(k).values[-1]),
        "you chose in each column; each row is a digit.":
            torch.zeros_like(z).scatter(0, z.abs().topk(k, 0).indices, 1) * z,
        "the codes' values are wanted, not ones.": (right != 0).float(),
        "the kept codes must stay in their places.":
            z.gather(1, z.abs().topk(k, 1).indices),
        "those are the ones to set to zero.": z - right,
    }  # fmt: skip
    other = torch.tensor([[1.0, -4.0, 3.0], [0.5, 0.2, -0.1]])
    also = (other, 1), torch.tensor([[0.0, -4.0, 0.0], [0.5, 0.0, 0.0]])
    grade(yours, (z, k), right, mistakes, "Exactly k in each row, signs and all.", also=also)


def check_soft_threshold(yours):
    """soft_threshold(c, price): (n,), λ -> the minimisers of (c − z)² + λ|z|, (n,)."""
    c, price = torch.linspace(-2, 2, 9) + 0.1, 1.5
    size = c.abs()
    right = c.sign() * (size - price / 2).clamp(min=0)
    mistakes = {
        "the threshold is λ/2: the square's derivative has a factor 2.":
            c.sign() * (size - price).clamp(min=0),
        "the signs are lost: negative c gives negative z.": (size - price / 2).clamp(min=0),
        "only positive c were treated; for negative c it is the mirror image.":
            (c - price / 2).clamp(min=0),
        "that keeps large values as they are; they must shrink by λ/2 too.": c * (size > price / 2),
        "that is the answer for a price on squares, λz².": c / (1 + price),
        "values inside the threshold must become 0, not change sign.": c.sign() * (size - price / 2),
        "it shrinks towards zero: minus, not plus.": c.sign() * (size + price / 2),
        "λ/2 is taken off on both sides alike: for negative c it must be added.": c - price / 2,
    }  # fmt: skip
    also = (torch.tensor([3.0, -0.2]), 2.0), torch.tensor([2.0, 0.0])
    grade(yours, (c, price), right, mistakes, "Flat in the middle, slope one outside.", also=also)
