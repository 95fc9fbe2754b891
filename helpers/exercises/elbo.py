"""Checkers of 08_elbo."""

import math

import torch

from helpers.exercises import example, grade


def check_kl(yours):
    """kl(mean, std): (n, q), (n, q) -> (n,), the divergence to the standard normal in nats."""
    mean, std = example(6, 4) / 3, example(6, 4, seed=1).abs() / 4 + 0.2

    def cost(mean, std):
        return 0.5 * (mean**2 + std**2 - 1 - 2 * std.log())

    right = cost(mean, std).sum(1)
    mistakes = {
        "summed over the codes, not averaged.": cost(mean, std).mean(1),
        "one number a datum: do not average over the data.": right.mean(),
        "one number a datum: do not sum over the data.": right.sum(),
        "sum over the codes.": cost(mean, std),
        "the sum runs over the codes (dimension 1), not over the data.": cost(mean, std).sum(0),
        "the sign is turned: a divergence is never negative.": -right,
        "the ½ is missing.": 2 * right,
        "the −1 is missing: for the prior itself it must be 0.": right + 2,
        "ln s² is 2 ln s.": 0.5 * (mean**2 + std**2 - 1 - std.log()).sum(1),
        "square the standard deviation.": 0.5 * (mean**2 + std - 1 - 2 * std.log()).sum(1),
        "std holds standard deviations, not log-variances.": 0.5 * (mean**2 + std.exp() - 1 - std).sum(1),
        "std holds standard deviations, not variances.": 0.5 * (mean**2 + std - 1 - std.log()).sum(1),
        "the mean enters squared.": 0.5 * (mean + std**2 - 1 - 2 * std.log()).sum(1),
        "the means are missing.": cost(0 * mean, std).sum(1),
        "the logarithm enters with a minus.": 0.5 * (mean**2 + std**2 - 1 + 2 * std.log()).sum(1),
        "that is the divergence the other way round, from the prior to q.":
            0.5 * ((mean**2 + 1) / std**2 - 1 + 2 * std.log()).sum(1),
    }  # fmt: skip
    also = (torch.ones(1, 2), torch.ones(1, 2)), torch.ones(1)
    grade(yours, (mean, std), right, mistakes, "Zero for the prior, in nats.", also=also)


def check_elbo_of_one(yours):
    """elbo_of_one(x, again, mean, log_variance, sigma): (d,), (d,), (q,), (q,), a number -> a number."""
    x, again = example(1, 9)[0] / 3, example(1, 9, seed=1)[0] / 3
    mean, log_variance, sigma = example(1, 4, seed=2)[0] / 3, example(1, 4, seed=3)[0] / 6 - 1, 0.7
    squares = (x - again).square().sum()
    constant = 9 * math.log(sigma * math.sqrt(2 * math.pi))
    cost = 0.5 * (mean**2 + log_variance.exp() - 1 - log_variance).sum()
    likelihood = -squares / (2 * sigma**2) - constant
    right = likelihood - cost
    mistakes = {
        "that is the loss; the ELBO is the loss with the other sign.": -right,
        "the cost is taken off, not added.": likelihood + cost,
        "the cost is missing.": likelihood,
        "the Gaussian's constants are missing: d·ln(σ√2π).": right + constant,
        "ln σ is missing among the constants.": right + 9 * math.log(sigma),
        "½ ln 2π for each pixel is missing.": right + 4.5 * math.log(2 * math.pi),
        "the ½ of the exponent is missing.": right - squares / (2 * sigma**2),
        "divide the squares by σ², not by σ.": right + squares / (2 * sigma**2) - squares / (2 * sigma),
        "divide the squares by σ².": right + squares / (2 * sigma**2) - squares / 2,
        "sum over the pixels, do not average.": likelihood / 9 - cost,
        "sum over the codes, do not average.": likelihood - cost / 4,
        "both are sums, over pixels and over codes.": likelihood / 9 - cost / 4,
        "the cost has a ½.": likelihood - 2 * cost,
        "the constants belong to each of the d pixels.": right + constant * 8 / 9,
        "the −1 in the cost is missing.": right - 2,
        "log_variance is ln s², not ln s.":
            likelihood - 0.5 * (mean**2 + (2 * log_variance).exp() - 1 - 2 * log_variance).sum(),
        "sigma is a standard deviation, not a variance.":
            -squares / (2 * sigma) - 4.5 * math.log(2 * math.pi * sigma) - cost,
    }  # fmt: skip
    other = torch.zeros(2), torch.ones(2), torch.zeros(3), torch.zeros(3), 1.0
    also = other, -1 - math.log(2 * math.pi)
    inputs = x, again, mean, log_variance, sigma
    grade(yours, inputs, right, mistakes, "A bound on log p(x) from one roll.", also=also)


def check_bound(yours):
    """bound(log_w): (n, k) -> (n,), the importance-weighted bound in nats."""
    log_w = -500 + 3 * example(5, 8)
    right = log_w.logsumexp(1) - math.log(8)
    mistakes = {
        "−inf: exp(−500) is 0 in the computer. Take the largest out first: logsumexp.":
            log_w.exp().mean(1).log(),
        "that is the ELBO: the mean must be inside the logarithm.": log_w.mean(1),
        "a mean over k, not a sum: ln k comes off.": log_w.logsumexp(1),
        "take ln k off, not k.": log_w.logsumexp(1) - 8,
        "ln k comes off once; you added it.": log_w.logsumexp(1) + math.log(8),
        "k is the number of rolls, not of data.": log_w.logsumexp(1) - math.log(5),
        "average over the rolls (dimension 1), not over the data.": log_w.logsumexp(0) - math.log(5),
        "one number a datum: do not average over the data.": right.mean(),
        "the largest weight alone is not the mean.": log_w.amax(1),
        "the sum over all data at once is not wanted: one number a datum.":
            log_w.flatten().logsumexp(0) - math.log(40),
        "logsumexp takes logarithms: no exp before.": log_w.exp().logsumexp(1) - math.log(8),
        "the sign is turned: that is the loss.": -right,
    }  # fmt: skip
    also = (torch.tensor([[0.0, math.log(3)]]),), torch.tensor([math.log(2)])
    grade(yours, (log_w,), right, mistakes, "It does not underflow, and it rises with k.", also=also,
          tolerance=1e-6)  # fmt: skip
