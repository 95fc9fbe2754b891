"""Checkers of 08_elbo."""

import math

import torch

from helpers.exercises import example, grade


def check_kl(answer):
    """kl(mean, std): (n, q), (n, q) -> (n,), the divergence to the standard normal in nats."""
    mean, std = example(6, 4) / 3, example(6, 4, seed=1).abs() / 4 + 0.2

    def kl(mean, std):
        return 0.5 * (mean**2 + std**2 - 1 - 2 * std.log())

    expected = kl(mean, std).sum(1)
    mistakes = {
        "summed over the latent dimensions, not averaged.": kl(mean, std).mean(1),
        "one number per example: do not average over the batch.": expected.mean(),
        "one number per example: do not sum over the batch.": expected.sum(),
        "sum over the latent dimensions.": kl(mean, std),
        "sum over the latent dimensions (dim 1), not over the batch.": kl(mean, std).sum(0),
        "the sign is wrong: a divergence is never negative.": -expected,
        "the ½ is missing.": 2 * expected,
        "the −1 is missing: for the prior itself it must be 0.": expected + 2,
        "ln s² is 2 ln s.": 0.5 * (mean**2 + std**2 - 1 - std.log()).sum(1),
        "square the standard deviation.": 0.5 * (mean**2 + std - 1 - 2 * std.log()).sum(1),
        "std holds standard deviations, not log-variances.": 0.5 * (mean**2 + std.exp() - 1 - std).sum(1),
        "std holds standard deviations, not variances.": 0.5 * (mean**2 + std - 1 - std.log()).sum(1),
        "the mean must be squared.": 0.5 * (mean + std**2 - 1 - 2 * std.log()).sum(1),
        "the means are missing.": kl(0 * mean, std).sum(1),
        "the logarithm must be subtracted.": 0.5 * (mean**2 + std**2 - 1 + 2 * std.log()).sum(1),
        "that is the divergence the other way round, from the prior to q.":
            0.5 * ((mean**2 + 1) / std**2 - 1 + 2 * std.log()).sum(1),
    }  # fmt: skip
    second_case = (torch.ones(1, 2), torch.ones(1, 2)), torch.ones(1)
    grade(answer, (mean, std), expected, mistakes, "Zero for the prior, in nats.", second_case)


def check_elbo_single_sample(answer):
    """elbo_single_sample(x, x_hat, mu, log_var, sigma): (d,), (d,), (q,), (q,), a number -> a number."""
    x, x_hat = example(1, 9)[0] / 3, example(1, 9, seed=1)[0] / 3
    mu, log_var, sigma = example(1, 4, seed=2)[0] / 3, example(1, 4, seed=3)[0] / 6 - 1, 0.7
    squares = (x - x_hat).square().sum()
    constant = 9 * math.log(sigma * math.sqrt(2 * math.pi))
    kl = 0.5 * (mu**2 + log_var.exp() - 1 - log_var).sum()
    likelihood = -squares / (2 * sigma**2) - constant
    expected = likelihood - kl
    mistakes = {
        "that is the loss; the ELBO is the loss with the other sign.": -expected,
        "subtract the KL, do not add it.": likelihood + kl,
        "the KL is missing.": likelihood,
        "the Gaussian's constants are missing: d·ln(σ√2π).": expected + constant,
        "ln σ is missing among the constants.": expected + 9 * math.log(sigma),
        "½ ln 2π for each pixel is missing.": expected + 4.5 * math.log(2 * math.pi),
        "the ½ of the exponent is missing.": expected - squares / (2 * sigma**2),
        "divide the squares by σ², not by σ.": expected + squares / (2 * sigma**2) - squares / (2 * sigma),
        "divide the squares by σ².": expected + squares / (2 * sigma**2) - squares / 2,
        "sum over the pixels, do not average.": likelihood / 9 - kl,
        "sum over the latent dimensions, do not average.": likelihood - kl / 4,
        "both are sums, over pixels and over latent dimensions.": likelihood / 9 - kl / 4,
        "the KL has a ½.": likelihood - 2 * kl,
        "the constants belong to each of the d pixels.": expected + constant * 8 / 9,
        "the −1 in the KL is missing.": expected - 2,
        "log_var is ln s², not ln s.":
            likelihood - 0.5 * (mu**2 + (2 * log_var).exp() - 1 - 2 * log_var).sum(),
        "sigma is a standard deviation, not a variance.":
            -squares / (2 * sigma) - 4.5 * math.log(2 * math.pi * sigma) - kl,
    }  # fmt: skip
    other = torch.zeros(2), torch.ones(2), torch.zeros(3), torch.zeros(3), 1.0
    second_case = other, -1 - math.log(2 * math.pi)
    inputs = x, x_hat, mu, log_var, sigma
    grade(answer, inputs, expected, mistakes, "A bound on log p(x) from one sample.", second_case)


def check_mixture_elbo(answer):
    """mixture_elbo(joint, grid, step, m, s): (k,), (k,), three numbers -> a number, for a q of two modes."""
    grid = torch.linspace(-8, 8, 801, dtype=torch.float64)
    step, m, s = 0.02, 1.2, 0.5
    joint = normal(grid, 0.3, 1) + normal(1.1, grid**2 / 2, 0.6)
    one, two = normal(grid, m, s), normal(grid, -m, s)
    log_q = torch.logaddexp(one, two) - math.log(2)

    def elbo(weight, log_density):
        return (weight.exp() * (joint - log_density)).sum() * step

    expected = two_mode_elbo(joint, grid, step, m, s)
    mistakes = {
        "the sum over the grid must be multiplied by step.": expected / step,
        "multiply the sum by step; do not average over the grid.": expected / step / len(grid),
        "that is a loss: the sign is wrong.": -expected,
        "q needs its ½: this density integrates to 2.": elbo(log_q + math.log(2), log_q + math.log(2)),
        "average over q with its ½; so far the weights sum to 2.": 2 * expected,
        "the ½ is missing in log q.": elbo(log_q, log_q + math.log(2)),
        "log q is that of the mixture, not of one mode or a mean of two logarithms.": elbo(log_q, one),
        "average over the mixture: this q has one mode only.": elbo(one, one),
        "subtract log q: the average of log p(x, z) alone is no bound.": elbo(log_q, 0 * log_q),
        "subtract log q, do not add it.": elbo(log_q, -log_q),
        "that is log p(x); the ELBO averages the logarithm over q.": (joint.exp().sum() * step).log(),
        "average log p(x, z), not p(x, z).": (log_q.exp() * (joint.exp() - log_q)).sum() * step,
        "m and s are swapped.": two_mode_elbo(joint, grid, step, s, m),
        "s is a standard deviation, not a variance.": two_mode_elbo(joint, grid, step, m, s**0.5),
        "s is a standard deviation: do not square it.": two_mode_elbo(joint, grid, step, m, s**2),
    }
    joint_2 = normal(grid[::2], 0, 1) + normal(0.4, grid[::2], 1.0)
    second_case = (joint_2, grid[::2], 0.04, 0.7, 0.8), two_mode_elbo(joint_2, grid[::2], 0.04, 0.7, 0.8)
    inputs = joint, grid, step, m, s
    grade(answer, inputs, expected, mistakes, "Two modes close most of the gap.", second_case)


def normal(x, mean, std):
    """Log-density of a normal distribution."""
    return -0.5 * ((x - mean) / std) ** 2 - math.log(std) - 0.5 * math.log(2 * math.pi)


def two_mode_elbo(joint, grid, step, m, s):
    """The ELBO of the q with modes at m and −m of standard deviation s."""
    log_q = torch.logaddexp(normal(grid, m, s), normal(grid, -m, s)) - math.log(2)
    return (log_q.exp() * (joint - log_q)).sum() * step


def check_iwae_from_log_weights(answer):
    """iwae_from_log_weights(log_w): (n, k) -> (n,), the importance-weighted bound in nats."""
    log_w = -500 + 3 * example(5, 8)
    expected = log_w.logsumexp(1) - math.log(8)
    mistakes = {
        "−inf: exp(−500) is 0 in the computer. Subtract the largest first: logsumexp.":
            log_w.exp().mean(1).log(),
        "that is the ELBO: the mean must be inside the logarithm.": log_w.mean(1),
        "a mean over k, not a sum: subtract ln k.": log_w.logsumexp(1),
        "subtract ln k, not k.": log_w.logsumexp(1) - 8,
        "subtract ln k; you added it.": log_w.logsumexp(1) + math.log(8),
        "k is the number of samples, not of examples.": log_w.logsumexp(1) - math.log(5),
        "average over the samples (dim 1), not over the batch.": log_w.logsumexp(0) - math.log(5),
        "one number per example: do not average over the batch.": expected.mean(),
        "the largest weight alone is not the mean.": log_w.amax(1),
        "one number per example: do not sum over all of them at once.":
            log_w.flatten().logsumexp(0) - math.log(40),
        "logsumexp takes logarithms: no exp before.": log_w.exp().logsumexp(1) - math.log(8),
        "the sign is wrong: that is the loss.": -expected,
    }  # fmt: skip
    second_case = (torch.tensor([[0.0, math.log(3)]]),), torch.tensor([math.log(2)])
    grade(answer, (log_w,), expected, mistakes, "It does not underflow, and it rises with k.", second_case,
          tolerance=1e-6)  # fmt: skip
