"""Checkers of 06_denoising_autoencoder."""

import torch

from helpers.exercises import example, grade


def check_salt_and_pepper_from_u(answer):
    """salt_and_pepper_from_u(x, u, p): (n, d), (n, d), float -> (n, d), pepper below p/2, then salt to p."""
    x, p = (example(8, 9) / 5).sin().square(), 0.4
    u = torch.rand(8, 9, generator=torch.Generator().manual_seed(0))

    def put(below, between, limit=p / 2, top=p):
        return torch.where(u < limit, below, torch.where(u < top, between, x))

    zero, one = torch.zeros_like(x), torch.ones_like(x)
    expected = put(zero, one)
    mistakes = {
        "pepper and salt are swapped: below p/2 it is 0.": put(one, zero),
        "salt is missing: from p/2 to p the pixel becomes 1.": put(zero, x),
        "pepper is missing: below p/2 the pixel becomes 0.": put(x, one),
        "that is masking: all selected pixels became 0.": put(zero, zero),
        "all selected pixels became 1: pepper must come after salt, or exclude it.": put(one, one),
        "twice as many are selected as intended: p/2 each, p in all.": put(zero, one, p, 2 * p),
        "that keeps the selected pixels and sets the others.":
            torch.where(u < p, x, torch.where(u < (1 + p) / 2, zero, one)),
        "the other pixels must stay as they are.": torch.where(u < p / 2, zero, one),
        "the pixel is replaced: do not add to it.": put(zero, x + 1),
        "pepper below p/2, salt above 1 − p/2: the noise is of the right kind, but salt must be from "
        "p/2 to p.": torch.where(u < p / 2, zero, torch.where(u > 1 - p / 2, one, x)),
    }  # fmt: skip
    other = torch.full((1, 4), 0.3), torch.tensor([[0.1, 0.22, 0.45, 0.9]]), 0.5
    second_case = other, torch.tensor([[0.0, 0.0, 1.0, 0.3]])
    grade(answer, (x, u, p), expected, mistakes, "Half of the selected pixels become 0, half 1.", second_case)


def check_score(answer):
    """score(denoise, t, sigma): function (n, d) -> (n, d), (n, d), a number -> (n, d)."""
    t, sigma = example(7, 3), 0.6

    def denoise(t):
        return 0.8 * t + t.sin() / 4 + 0.3

    residual = denoise(t) - t
    expected = residual / sigma**2
    mistakes = {
        "it points from denoised to noisy: swap the two.": -expected,
        "divide by σ², not by σ.": residual / sigma,
        "that is σ² times the score: divide.": residual,
        "you multiplied by σ²; Tweedie's formula must be solved for the score.": residual * sigma**2,
        "that is the denoised point over σ²: subtract the noisy one.": denoise(t) / sigma**2,
        "no factor 2: the ½ of the Gaussian's exponent cancels in the derivative.": expected / 2,
        "one vector per point: do not sum over its coordinates.": expected.sum(1),
        "that is only the length of the vector.": expected.norm(dim=1),
        "do not average over the points.": expected.mean(0),
        "that is the denoised point itself.": denoise(t),
    }
    second_case = (torch.sin, torch.ones(2, 5), 2.0), (torch.ones(2, 5).sin() - 1) / 4
    grade(answer, (denoise, t, sigma), expected, mistakes, "The denoising residual over σ².", second_case)


def check_linear_denoiser(answer):
    """linear_denoiser(x, t, sigma): (n, d) clean, (m, d) noisy, a number -> (m, d) denoised."""
    x, t, sigma = example(40, 4), example(5, 4, seed=1), 0.7
    mean, eye = x.mean(0), torch.eye(4)
    C = (x - mean).T @ (x - mean) / 40

    def affine(W, centre=mean):
        return centre + (t - centre) @ W

    expected = affine(C @ torch.linalg.inv(C + sigma**2 * eye))
    raw = x.T @ x / 40
    noisy = (t - t.mean(0)).T @ (t - t.mean(0)) / 5
    mistakes = {
        "add σ² to the variances, not σ.": affine(C @ torch.linalg.inv(C + sigma * eye)),
        "subtract the mean before, and add it after.": t @ C @ torch.linalg.inv(C + sigma**2 * eye),
        "the mean must be added again after.": expected - mean,
        "the covariance is that of centred data.": affine(raw @ torch.linalg.inv(raw + sigma**2 * eye)),
        "the mean is subtracted neither from the data nor from the points.":
            affine(raw @ torch.linalg.inv(raw + sigma**2 * eye), 0),
        "divide by n, not by n − 1.":
            affine(C * 40 / 39 @ torch.linalg.inv(C * 40 / 39 + sigma**2 * eye)),
        "that keeps the noise: I − W in place of W.":
            affine(sigma**2 * torch.linalg.inv(C + sigma**2 * eye)),
        "divide the covariance by n.": affine(40 * C @ torch.linalg.inv(40 * C + sigma**2 * eye)),
        "C times the inverse of C + σ²I; you inverted only.": affine(torch.linalg.inv(C + sigma**2 * eye)),
        "mean and covariance are those of the clean data, x.":
            t.mean(0) + (t - t.mean(0)) @ noisy @ torch.linalg.inv(noisy + sigma**2 * eye),
        "the points are centred at the mean of x, not at their own.":
            mean + (t - t.mean(0)) @ C @ torch.linalg.inv(C + sigma**2 * eye),
    }  # fmt: skip
    y, u = example(30, 2, seed=2), example(3, 2, seed=3)
    D = (y - y.mean(0)).T @ (y - y.mean(0)) / 30
    second_case = (y, u, 1.5), y.mean(0) + (u - y.mean(0)) @ D @ torch.linalg.inv(D + 2.25 * torch.eye(2))
    grade(answer, (x, t, sigma), expected, mistakes, "Each component shrunk by λ/(λ + σ²).", second_case)
