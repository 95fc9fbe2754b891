"""Checkers of 05_regularised_autoencoders."""

import torch

from helpers.exercises import example, grade


def check_tanh_contraction(answer):
    """tanh_contraction(z, A): (n, q) hidden units, (q, d) weights -> (n,) squared Jacobians."""
    A, x = example(4, 3) - 2, example(6, 3, seed=1) / 6
    z = (x @ A.T - 1).tanh()
    squared_norms, derivative = A.square().sum(1), 1 - z**2
    expected = derivative.square() @ squared_norms
    mistakes = {
        "that is the sigmoid's derivative, z(1 − z); tanh' = 1 − z².":
            (z * (1 - z)).square() @ squared_norms,
        "the derivative 1 − z² must be squared too.": derivative @ squared_norms,
        "the derivative of tanh is 1 − z², not 1 − z.": (1 - z).square() @ squared_norms,
        "use the squared lengths of the rows of A, not the lengths.":
            derivative.square() @ squared_norms.sqrt(),
        "that is the norm of J; its square is expected.": expected.sqrt(),
        "one number per input is expected: do not average over the batch.": expected.mean(),
        "one number per input is expected: do not sum over the batch.": expected.sum(),
        "sum over the hidden units; you averaged.": expected / 4,
        "sum over the features too; you averaged over them.": expected / 3,
        "the derivatives of tanh are missing: that is the squared size of A alone.":
            squared_norms.sum().expand(6),
        "square the entries before you sum over the features.": derivative.square() @ A.sum(1).square(),
        "z is given after tanh already; do not apply it again.":
            (1 - z.tanh() ** 2).square() @ squared_norms,
    }  # fmt: skip
    B, w = example(2, 5, seed=3) - 2, example(3, 2).sin()
    second_case = (w, B), (1 - w**2).square() @ B.square().sum(1)
    grade(answer, (z, A), expected, mistakes, "No automatic differentiation needed.", second_case)


def check_keep_largest(answer):
    """keep_largest(z, k): (n, q), k -> (n, q) with the k largest in absolute value of each row."""
    z, k = 3 * example(5, 6).sub(2).sin(), 2

    def keep(size, k):
        return torch.zeros_like(z).scatter(1, size.topk(k, 1).indices, 1) * z

    expected = keep(z.abs(), k)
    mistakes = {
        "the largest in absolute value are kept: large negative values count too.": keep(z, k),
        "the signs are lost: keep the values as they were.": expected.abs(),
        "those are the smallest.": keep(-z.abs(), k),
        "you kept the smallest values, the most negative ones.": keep(-z, k),
        "k of the whole batch is not k of each row.":
            z * (z.abs() >= z.abs().flatten().topk(k).values[-1]),
        "you chose in each column; each row is an image.":
            torch.zeros_like(z).scatter(0, z.abs().topk(k, 0).indices, 1) * z,
        "the values are expected, not ones.": (expected != 0).float(),
        "the kept values must stay in their positions.":
            z.gather(1, z.abs().topk(k, 1).indices),
        "those are the ones to set to zero.": z - expected,
    }  # fmt: skip
    other = torch.tensor([[1.0, -4.0, 3.0], [0.5, 0.2, -0.1]])
    second_case = (other, 1), torch.tensor([[0.0, -4.0, 0.0], [0.5, 0.0, 0.0]])
    grade(answer, (z, k), expected, mistakes, "Exactly k in each row, signs and all.", second_case)


def check_soft_threshold(answer):
    """soft_threshold(c, lam): (n,), λ -> the minimisers of (c − z)² + λ|z|, (n,)."""
    c, lam = torch.linspace(-2, 2, 9) + 0.1, 1.5
    size = c.abs()
    expected = c.sign() * (size - lam / 2).clamp(min=0)
    mistakes = {
        "the threshold is λ/2: the square's derivative has a factor 2.":
            c.sign() * (size - lam).clamp(min=0),
        "the signs are lost: negative c gives negative z.": (size - lam / 2).clamp(min=0),
        "only positive c were treated; for negative c it is the mirror image.":
            (c - lam / 2).clamp(min=0),
        "that keeps large values as they are; they must shrink by λ/2 too.": c * (size > lam / 2),
        "that is the solution for an L2 penalty, λz².": c / (1 + lam),
        "values inside the threshold must become 0, not change sign.": c.sign() * (size - lam / 2),
        "it shrinks towards zero: minus, not plus.": c.sign() * (size + lam / 2),
        "λ/2 is subtracted on both sides: for negative c it must be added.": c - lam / 2,
    }  # fmt: skip
    second_case = (torch.tensor([3.0, -0.2]), 2.0), torch.tensor([2.0, 0.0])
    grade(answer, (c, lam), expected, mistakes, "Flat in the middle, slope 1 outside.", second_case)
