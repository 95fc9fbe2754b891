"""Checkers of 12_beta_vae."""

import torch

from helpers.exercises import example, grade


def check_gap(yours):
    """gap(table): (q, m) shares of information -> the MIG, one number."""
    table = (example(7, 3) / 7 + example(7, 3, seed=1) / 20).clamp(0, 1)
    best, second = table.topk(2, dim=0).values
    by_view = table.reshape(3, 7).topk(2, dim=1).values
    whole = table.flatten().topk(2).values
    by_code = table.topk(2, dim=1).values
    mistakes = {
        "the second best is missing: a factor in two codes is not taken apart.": best.mean(),
        "`.view` is no transpose: it cuts the same numbers elsewhere.": -by_view.diff().mean(),
        "for each factor the best two codes, not for each code the best two factors.": -by_code.diff().mean(),
        "a mean over the factors, not a sum.": (best - second).sum(),
        "one number: average over the factors.": best - second,
        "best less second, not second less best.": (second - best).mean(),
        "the second best, not the worst.": (best - table.amin(0)).mean(),
        "the second best, not the mean of all codes.": (best - table.mean(0)).mean(),
        "averaged over the codes: m factors, not q.": (best - second).sum() / 7,
        "the best and the second in the whole table: each factor has its own.": -whole.diff(),
    }
    also = (torch.tensor([[1, 0.5], [0.25, 0.25], [0, 0.25], [0, 0.125]]),), 0.5
    right = (best - second).mean()
    grade(yours, (table,), right, mistakes, "One code for a factor, and no second.", also=also)


def check_traverse(yours):
    """traverse(z, j, values): (q,), int, (s,) -> (s, q), z with its j-th number set to each value."""
    z, values = example(1, 4)[0], torch.tensor([-2.0, -1, 0, 1, 2, 5])
    right = z.repeat(6, 1)
    right[:, 2] = values
    added, all_set, next_one, before, scaled = (z.repeat(6, 1) for _ in range(5))
    scaled[:, 2] *= values
    added[:, 2] += values
    all_set[:] = values[:, None]
    next_one[:, 3], before[:, 1] = values, values
    zeros = torch.zeros(6, 4)
    zeros[:, 2] = values
    mistakes = {
        "set the number to the values, do not add them.": added,
        "only number j moves; the others stay.": all_set,
        "the others stay as they are in z, they do not become 0.": zeros,
        "j counts from 0: you moved the next one.": next_one,
        "j counts from 0: you moved the one before.": before,
        "one row for each value: (s, q).": right.T,
        "nothing has moved.": z.repeat(6, 1),
        "all rows are one: copy z before you set its number.": right[-1:].repeat(6, 1),
        "scaled by the values: set it to them.": scaled,
    }
    other = torch.tensor([1.0, 2]), 0, torch.tensor([7.0, 8, 9])
    also = other, torch.tensor([[7.0, 2], [8, 2], [9, 2]])
    grade(yours, (z, 2, values), right, mistakes, "One number walks, the others wait.", also=also)


def check_total_correlation(yours):
    """total_correlation(S): (q, q) covariance -> a number in nats."""
    S = example(40, 3).T.cov() + 0.3
    variances, logdet = S.diagonal(), S.logdet()
    right = 0.5 * (variances.log().sum() - logdet)
    mistakes = {
        "the ½ is missing.": 2 * right,
        "turned round: it is never negative.": -right,
        "the variances are missing: that changes with the units of the codes.": -0.5 * logdet,
        "the determinant is missing.": 0.5 * variances.log().sum(),
        "the logarithm of each variance, not of their sum.": 0.5 * (variances.sum().log() - logdet),
        "a sum over the codes, not a mean.": 0.5 * (variances.log().mean() - logdet),
        "the determinant's logarithm, not the determinant.": 0.5 * (variances.log().sum() - logdet.exp()),
        "variances, not standard deviations: the ½ stands there already.": 0.5
        * (0.5 * variances.log().sum() - logdet),
        "in nats: the natural logarithm.": right / torch.tensor(2.0).log(),
    }
    also = (torch.tensor([[2.0, 1], [1, 2]]),), 0.5 * torch.tensor(4 / 3).log()
    grade(yours, (S,), right, mistakes, "Zero only if no two codes hang together.", also=also)
