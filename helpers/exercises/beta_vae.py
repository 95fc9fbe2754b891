"""Checkers of 12_beta_vae."""

import torch

from helpers.exercises import example, grade


def check_mig_from_table(answer):
    """gap(table): (q, m) normalised mutual information -> the MIG, one number."""
    table = (example(7, 3) / 7 + example(7, 3, seed=1) / 20).clamp(0, 1)
    best, second = table.topk(2, dim=0).values
    by_view = table.reshape(3, 7).topk(2, dim=1).values
    whole = table.flatten().topk(2).values
    by_dimension = table.topk(2, dim=1).values
    mistakes = {
        "the second best is missing: a factor in two latent dimensions is not disentangled.": best.mean(),
        "`.view` is not a transpose: it regroups the same numbers.": -by_view.diff().mean(),
        "the best two dimensions of each factor, not the best two factors of each dimension.":
            -by_dimension.diff().mean(),
        "a mean over the factors, not a sum.": (best - second).sum(),
        "one number: average over the factors.": best - second,
        "best minus second, not second minus best.": (second - best).mean(),
        "the second best, not the worst.": (best - table.amin(0)).mean(),
        "the second best, not the mean of all dimensions.": (best - table.mean(0)).mean(),
        "averaged over the latent dimensions: m factors, not q.": (best - second).sum() / 7,
        "the best and the second in the whole table: each factor has its own.": -whole.diff(),
    }
    second_case = (torch.tensor([[1, 0.5], [0.25, 0.25], [0, 0.25], [0, 0.125]]),), 0.5
    expected = (best - second).mean()
    grade(answer, (table,), expected, mistakes, "Exactly one latent dimension per factor.", second_case)


def check_traverse(answer):
    """traverse(z, j, values): (q,), int, (s,) -> (s, q), z with its j-th component set to each value."""
    z, values = example(1, 4)[0], torch.tensor([-2.0, -1, 0, 1, 2, 5])
    expected = z.repeat(6, 1)
    expected[:, 2] = values
    added, all_set, next_one, before, scaled = (z.repeat(6, 1) for _ in range(5))
    scaled[:, 2] *= values
    added[:, 2] += values
    all_set[:] = values[:, None]
    next_one[:, 3], before[:, 1] = values, values
    zeros = torch.zeros(6, 4)
    zeros[:, 2] = values
    mistakes = {
        "set the component to the values, do not add them.": added,
        "only component j changes; the others stay.": all_set,
        "the others stay as they are in z, they do not become 0.": zeros,
        "j counts from 0: you moved the next one.": next_one,
        "j counts from 0: you moved the one before.": before,
        "one row for each value: (s, q).": expected.T,
        "nothing has moved.": z.repeat(6, 1),
        "all rows are one: copy z before you set its component.": expected[-1:].repeat(6, 1),
        "scaled by the values: set it to them.": scaled,
    }
    other = torch.tensor([1.0, 2]), 0, torch.tensor([7.0, 8, 9])
    second_case = other, torch.tensor([[7.0, 2], [8, 2], [9, 2]])
    grade(answer, (z, 2, values), expected, mistakes, "One component changes, the others stay.", second_case)


def check_total_correlation(answer):
    """total_correlation(S): (q, q) covariance -> a number in nats."""
    S = example(40, 3).T.cov() + 0.3
    variances, logdet = S.diagonal(), S.logdet()
    expected = 0.5 * (variances.log().sum() - logdet)
    mistakes = {
        "the ½ is missing.": 2 * expected,
        "the sign is wrong: it is never negative.": -expected,
        "the variances are missing: that changes with the units of the latent variables.": -0.5 * logdet,
        "the determinant is missing.": 0.5 * variances.log().sum(),
        "the logarithm of each variance, not of their sum.": 0.5 * (variances.sum().log() - logdet),
        "a sum over the latent dimensions, not a mean.": 0.5 * (variances.log().mean() - logdet),
        "the determinant's logarithm, not the determinant.": 0.5 * (variances.log().sum() - logdet.exp()),
        "variances, not standard deviations: the ½ is there already.": 0.5
        * (0.5 * variances.log().sum() - logdet),
        "in nats: the natural logarithm.": expected / torch.tensor(2.0).log(),
    }
    second_case = (torch.tensor([[2.0, 1], [1, 2]]),), 0.5 * torch.tensor(4 / 3).log()
    grade(answer, (S,), expected, mistakes, "Zero only for uncorrelated dimensions.", second_case)
