"""Checkers of 16_family_portrait."""

from math import log

import torch

from helpers.exercises import example, grade


def check_bits_per_pixel(answer):
    """bits_per_pixel(nats, d): (n,) nats of images with d pixels -> mean bits per pixel, one number."""
    nats, d = 40 * example(7, 1)[:, 0].abs() + 5, 36
    mean = nats.mean()
    expected = mean / (d * log(2))
    mistakes = {
        "the pixels are missing: divide by d.": mean / log(2),
        "these are nats per pixel: a bit is ln 2 nats.": mean / d,
        "multiplied by ln 2: a bit is smaller than a nat, so there are more of them.": mean * log(2) / d,
        "multiplied by d: the nats are already those of a whole image.": mean * d / log(2),
        "one number for all images, their mean.": nats / (d * log(2)),
        "the sum over the images: take the mean.": nats.sum() / (d * log(2)),
        "the sign: nats are −log p already.": -expected,
        "log2 of the nats does not change the unit: divide by ln 2.": nats.log2().mean() / d,
        "log10, not ln 2.": mean / (d * log(10)),
    }
    second_case = (torch.tensor([log(2)]), 1), 1.0
    grade(answer, (nats, d), expected, mistakes, "Nats, bits, pixels.", second_case)


def check_marginalise_label(answer):
    """marginalise_label(given): (n, c), log p(x|y) for c equally likely labels -> log p(x), (n,)."""
    given = 10 * example(6, 10) - 180
    every = given.logsumexp(1)
    expected = every - log(10)
    zero = torch.full((6,), -torch.inf)
    mistakes = {
        "the labels' probability 1/c is missing: − ln c.": every,
        "the sign: times 1/c is minus ln c.": every + log(10),
        "the mean of the logarithms is not the logarithm of the mean.": given.mean(1),
        "the exponentials are 0 in float32: use logsumexp.": zero,
        "the best label alone: the others add to it.": given.amax(1) - log(10),
        "the best label alone, and without its probability.": given.amax(1),
        "sum over the labels (dim 1), not over the data.": given.logsumexp(0) - log(10),
        "the sum of the logarithms: probabilities add up, not their logarithms.": given.sum(1),
        "divided the logarithm by c: subtract ln c.": every / 10,
        "this is −log p(x): log p(x) is expected.": -expected,
    }
    second_case = (
        (torch.tensor([[-200.0] * 4, [-500.0, -800, -800, -800]]),),
        torch.tensor([-200.0, -500 - log(4)]),
    )
    grade(answer, (given,), expected, mistakes, "A mixture whose components are the labels.", second_case,
          tolerance=1e-5)  # fmt: skip


def check_mean_rank(answer):
    """mean_rank(scores, lower): (m, c), (c,) bool -> the mean over the columns of each one's rank, (m,)."""
    scores, lower = example(7, 4) - 3, torch.tensor([True, False, False, True])

    def ranks(signed):
        return signed.argsort(0).argsort(0) + 1.0

    signed = torch.where(lower, scores, -scores)
    expected = ranks(signed)
    mistakes = {
        "`lower` is not used: there a large number gets a good rank.": ranks(scores).mean(1),
        "the wrong way round: the best of a column gets rank 1.": ranks(-signed).mean(1),
        "`lower` is not used, and the largest number has rank 1 throughout.": ranks(-scores).mean(1),
        "ranks start with 1, not 0.": (expected - 1).mean(1),
        "one argsort gives the method at each rank; sort that again.": (signed.argsort(0) + 1.0).mean(1),
        "rank the methods in a column (dim 0), not the columns in a row.": (
            signed.argsort(1).argsort(1) + 1.0
        ).mean(1),
        "the mean over the columns is missing.": expected,
        "one number per method: the mean over dim 1.": expected.mean(0),
        "the sum of the ranks: take the mean.": expected.sum(1),
        "the mean of the scores, not of ranks.": signed.mean(1),
    }
    table = torch.tensor([[1.0, 2, -1], [3, 4, 5], [2, 3, -6]])
    second_case = (table, torch.tensor([False, True, False])), [2.0, 5 / 3, 7 / 3]
    grade(answer, (scores, lower), expected.mean(1), mistakes, "And who chose the columns?", second_case)
