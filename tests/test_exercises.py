"""Solutions pass; each listed mistake gets a hint of its own; a stub says it is one."""

import ast
import importlib
import itertools
import math
import re

import pytest
import torch
from test_notebooks import PATHS, read, source

from helpers import models

TERMS = "mu²", "exp(log_var)", "1", "log_var"
HALVES = "log_var in log q", "(z − mean)²/s² in log q", "z² in log p(z)"
AXES = [("is right", 1, 0), ("is averaged over dim 1 too", 1, 1), ("is summed over the batch too", 5, 0),
        ("is summed over the batch and averaged over dim 1", 5, 1)]  # fmt: skip
WRONG = {
    "start_here.check_squared_error": {
        "averaged over the pixels too": "lambda x, r: (x - r).square().mean()",
        "summed over the images too": "lambda x, r: (x - r).square().sum()",
        "swap the two": "lambda x, r: (x - r).square().sum(0).mean()",
        "leave it squared": "lambda x, r: (x - r).norm(dim=1).mean()",
        "absolute error": "lambda x, r: (x - r).abs().sum(1).mean()",
        "no factor ½": "lambda x, r: 0.5 * (x - r).square().sum(1).mean()",
        "expected is one number": "lambda x, r: (x - r).square()",
        "one error per image": "lambda x, r: (x - r).square().sum(1)",
        "one error per pixel": "lambda x, r: (x - r).square().mean(0)",
        "before you average over the images": "lambda x, r: (x - r).mean(0).square().sum()",
        "do not subtract the squares": "lambda x, r: (x**2 - r**2).sum(1).mean()",
        "not x + x_hat": "lambda x, r: (x + r).square().sum(1).mean()",
        "x_hat is not used": "lambda x, r: x.square().sum(1).mean()",
        "x is not used": "lambda x, r: r.square().sum(1).mean()",
        "images twice": "lambda x, r: (x - r).square().sum(1).mean() / len(x)",
        "forget `return`": "lambda x, r: None",
        "instead of multiplying": "lambda x, r: 784 * torch.nn.functional.mse_loss(x, r)",
        "square the differences before": "lambda x, r: (x - r).sum(1).square().mean()",
        "are not squared": "lambda x, r: (x - r).sum(1).mean()",
        "right for these data only": "lambda x, r: (x - r).square().sum() / 12",
        "off by up to": "lambda x, r: 0.0",
    },
    "start_here.check_decode": {
        "mean image is missing": "lambda z, mean, w: z @ w",
        "the mean must be added": "lambda z, mean, w: z @ w - mean",
        "the code is added": "lambda z, mean, w: mean - z @ w",
        "called with shapes (5, 3), (6,), (3, 6)": "lambda z, mean, w: mean + z @ w.T",
        "without its sign": "lambda z, mean, w: z.abs() @ w + mean",
        "averaged the codes": "lambda z, mean, w: (z.mean(0) @ w + mean).expand(len(z), -1)",
        "not subtracted from the code": "lambda z, mean, w: (z - mean @ w.T) @ w",
        "not to the code": "lambda z, mean, w: (z + mean @ w.T) @ w",
        "not the mean of its pixels": "lambda z, mean, w: z @ w + mean.mean()",
        "add the mean once": "lambda z, mean, w: mean + (z @ w + mean)",
        "first component": "lambda z, mean, w: mean + z.flip(1) @ w",
        "one for all": "lambda z, mean, w: mean + z[:, :1] * w.sum(0)",
        "not the first alone": "lambda z, mean, w: mean + z[:, :1] @ w[:1]",
        "right for these data only": "lambda z, mean, w: (mean + z @ w).expand(5, -1)",
    },
    "linear_baselines.check_reconstruct": {
        "centre the data first": "lambda x, w, k: x @ w[:k].T @ w[:k]",
        "not added again": "lambda x, w, k: (x - x.mean(0)) @ w[:k].T @ w[:k]",
        "you added the mean without": "lambda x, w, k: x @ w[:k].T @ w[:k] + x.mean(0)",
        "last components": "lambda x, w, k: (x - x.mean(0)) @ w[-k:].T @ w[-k:] + x.mean(0)",
        "you took columns": "lambda x, w, k: (x - x.mean(0)) @ w[:, :k] @ w[:, :k].T + x.mean(0)",
        "right for these data only": "lambda x, w, k: (x - x.mean(0)) @ w[:2].T @ w[:2] + x.mean(0)",
        "not one number for all": "lambda x, w, k: (x - x.mean()) @ w[:k].T @ w[:k] + x.mean()",
        "kept every component": "lambda x, w, k: (x - x.mean(0)) @ w.T @ w + x.mean(0)",
        "that is the code": "lambda x, w, k: (x - x.mean(0)) @ w[:k].T",
    },
    "linear_baselines.check_explained_variance": {
        "not centred": "lambda x, k: (s := torch.linalg.svdvals(x).square())[:k].sum() / s.sum()",
        "are their squares": "lambda x, k: (s := torch.linalg.svdvals(x - x.mean(0)))[:k].sum() / s.sum()",
        "component k alone": "lambda x, k: (s := torch.linalg.svdvals(x - x.mean(0)) ** 2)[k - 1] / s.sum()",
        "ratio left out": "lambda x, k: (s := torch.linalg.svdvals(x - x.mean(0)) ** 2)[k:].sum() / s.sum()",
        "ascending": "lambda x, k: (s := torch.linalg.eigvalsh(x.T.cov()))[:k].sum() / s.sum()",
        "of the features": "lambda x, k: x.var(0)[:k].sum() / x.var(0).sum()",
        "not percent": "lambda x, k: 100 * (s := torch.linalg.eigvalsh(x.T.cov()))[-k:].sum() / s.sum()",
        "divide it by the total": "lambda x, k: torch.linalg.eigvalsh(x.T.cov(correction=0))[-k:].sum()",
    },
    "linear_baselines.check_fisher_direction": {
        "without any whitening": "lambda a, b: unit(a.mean(0) - b.mean(0))",
        "whitened once": "lambda a, b: unit(power(a, b, -0.5))",
        "not symmetric": "lambda a, b: unit(t(a, b) @ t(a, b) @ (a.mean(0) - b.mean(0)))",
        "bring it back by T.": "lambda a, b: unit(t(a, b).T @ (a.mean(0) - b.mean(0)))",
        "weight the two": "lambda a, b: unit((cov(a) + cov(b)).inverse() @ (a.mean(0) - b.mean(0)))",
        "correction=0": "lambda a, b: unit((2 * a.T.cov() + b.T.cov()).inverse() @ (a.mean(0) - b.mean(0)))",
        "the values are off": "lambda a, b: unit(power(a, b, -1)).abs()",
        "multiplied where": "lambda a, b: unit(power(a, b, 1))",
        "divides by the standard": "lambda a, b: unit(power(a, b, 0.5))",
        "one whitening too many": "lambda a, b: unit(power(a, b, -2))",
        "divide by the length": "lambda a, b: power(a, b, -1)",
        "the labels must be used": "lambda a, b: torch.linalg.eigh(torch.cat([a, b]).T.cov())[1][:, -1]",
    },
    "nonlinear_baselines.check_centre_new": {
        "+ K.mean()": "lambda n, k: n - n.mean(1, keepdim=True) - k.mean(0)",
        "it was subtracted twice": "lambda n, k: n - n.mean(1, keepdim=True) - k.mean(0) - k.mean()",
        "column means of K are missing": "lambda n, k: n - n.mean(1, keepdim=True)",
        "row means of K_new are missing": "lambda n, k: n - k.mean(0)",
        "new points' own means": "lambda n, k: n - n.mean(1, keepdim=True) - n.mean(0) + n.mean()",
        "own mean in the last term": "lambda n, k: n - n.mean(1, keepdim=True) - k.mean(0) + n.mean()",
        "one number for all": "lambda n, k: n - k.mean()",
        "nothing was centred": "lambda n, k: n",
        "called with shapes": "lambda n, k: n - k.mean(1, keepdim=True)",
    },
    "nonlinear_baselines.check_criterion": {
        "not alpha": "lambda a, k, y: between(a, y) / (a @ a)",
        "its number of points": "lambda a, k, y: between(k @ a, y, 0) / (k @ a).square().sum()",
        "each counts n_c times": "lambda a, k, y: between(k @ a, y, 2) / (k @ a).square().sum()",
        "one minus the expected one": "lambda a, k, y: 1 - between(k @ a, y) / (k @ a).square().sum()",
        "against within": "lambda a, k, y: (b := between(k @ a, y)) / ((k @ a).square().sum() - b)",
        "divide it by the total": "lambda a, k, y: between(k @ a, y)",
        "upside down": "lambda a, k, y: (k @ a).square().sum() / between(k @ a, y)",
        "not αᵀKα": "lambda a, k, y: between(k @ a, y) / (a @ k @ a)",
    },
    "nonlinear_baselines.check_perplexity": {
        "entropy in nats; take exp": "lambda p: torch.special.entr(p).sum(1)",
        "entropy in bits; take 2": "lambda p: torch.special.entr(p).sum(1) / 0.69314718",
        "exp of an entropy in bits": "lambda p: (torch.special.entr(p).sum(1) / 0.69314718).exp()",
        "2 to an entropy in nats": "lambda p: 2 ** torch.special.entr(p).sum(1)",
        "minus sign": "lambda p: (-torch.special.entr(p).sum(1)).exp()",
        "over dim 1": "lambda p: torch.special.entr(p).sum(0).exp()",
        "inverse participation": "lambda p: 1 / p.square().sum(1)",
        "terms; sum them": "lambda p: torch.special.entr(p).mean(1).exp()",
        "do not sum over the points": "lambda p: torch.special.entr(p).sum().exp()",
        "log of 0": "lambda p: (-(p * p.log()).sum(1)).exp()",
    },
    "autoencoder.check_make_autoencoder": {
        "encoder must turn": "lambda d, k: (net(d, 32, k + 1), net(k, 32, d))",
        "decoder must turn": "lambda d, k: (net(d, 32, k), net(k, 32, d + 1))",
        "encoder has no activation": "lambda d, k: (flat(d, 32, k), net(k, 32, d))",
        "decoder has no activation": "lambda d, k: (net(d, 32, k), flat(k, 32, d))",
        "neither part": "lambda d, k: (flat(d, 32, k), flat(k, 32, d))",
        "codes cannot": "lambda d, k: (then_relu(net(d, 32, k)), net(k, 32, d))",
        "reconstructions cannot": "lambda d, k: (net(d, 32, k), then_relu(net(k, 32, d)))",
        "no activation function after": "lambda d, k: (then_relu(net(d, 32, k)), then_relu(net(k, 32, d)))",
        "of 32 units": "lambda d, k: (net(d, 16, k), net(k, 16, d))",
        "are swapped": "lambda d, k: (net(k, 32, d), net(d, 32, k))",
    },
    "autoencoder.check_interpolate": {
        "start at a and end at b": "lambda a, b, n: torch.lerp(b, a, torch.linspace(0, 1, n)[:, None])",
        "divide by steps − 1": "lambda a, b, n: torch.lerp(a, b, torch.arange(n)[:, None] / n)",
        "must be included": "lambda a, b, n: torch.lerp(a, b, torch.linspace(0, 1, n + 2)[1:-1, None])",
        "you added t b": "lambda a, b, n: a + torch.linspace(0, 1, n)[:, None] * b",
        "one code per row is": "lambda a, b, n: torch.lerp(a, b, torch.linspace(0, 1, n)[:, None]).T",
        "sum to one": "lambda a, b, n: torch.linspace(0, 1, n)[:, None] * (a + b)",
        "one step too many": "lambda a, b, n: torch.lerp(a, b, torch.linspace(0, 1, n + 1)[:, None])",
        "start at a.": "lambda a, b, n: torch.linspace(0, 1, n)[:, None] * (b - a)",
        "away from b": "lambda a, b, n: a + torch.linspace(0, 1, n)[:, None] * (a - b)",
        "added the steps to b": "lambda a, b, n: b + torch.linspace(0, 1, n)[:, None] * (b - a)",
        "b has no weight": "lambda a, b, n: (1 - torch.linspace(0, 1, n)[:, None]) * a + b",
        "b has t": "lambda a, b, n: (1 - torch.linspace(0, 1, n)[:, None]) * (a + b)",
        "whole numbers": "lambda a, b, n: a + torch.arange(n)[:, None] * (b - a)",
        "t begins with 0": "lambda a, b, n: torch.lerp(a, b, torch.arange(1, n + 1)[:, None] / n)",
        "the middle only": "lambda a, b, n: ((a + b) / 2).repeat(n, 1)",
    },
    "autoencoder.check_conv_encoder": {
        "must have shape (n, k)": "lambda k: nn.Sequential(*conv(k)[:-1])",
        "no Conv2d": "lambda k: net(784, 9, k)",
        "no activation function: such": "lambda k: nn.Sequential(*conv(k)[:2], *conv(k)[3:])",
        "after the last layer": "lambda k: nn.Sequential(*conv(k), nn.Sigmoid())",
        "right for these data only": "lambda k: conv(30)",
        "forget `return`": "lambda k: None",
        "your code stopped": "lambda k: nn.Sequential(*conv(k)[1:])",
        "goes the other way": "lambda k: convolutions(k=k)[1]",
    },
    "regularised_autoencoders.check_tanh_contraction": {
        "sigmoid's derivative": "lambda z, a: (z * (1 - z)).square() @ a.square().sum(1)",
        "must be squared too": "lambda z, a: (1 - z**2) @ a.square().sum(1)",
        "not 1 − z.": "lambda z, a: (1 - z).square() @ a.square().sum(1)",
        "not the lengths": "lambda z, a: (1 - z**2).square() @ a.norm(dim=1)",
        "that is the norm of J": "lambda z, a: ((1 - z**2).square() @ a.square().sum(1)).sqrt()",
        "do not average over the batch": "lambda z, a: ((1 - z**2).square() @ a.square().sum(1)).mean()",
        "do not sum over the batch": "lambda z, a: ((1 - z**2).square() @ a.square().sum(1)).sum()",
        "you averaged": "lambda z, a: (1 - z**2).square() @ a.square().sum(1) / z.shape[1]",
        "averaged over them": "lambda z, a: (1 - z**2).square() @ a.square().mean(1)",
        "size of A alone": "lambda z, a: a.square().sum().expand(len(z))",
        "before you sum over the features": "lambda z, a: (1 - z**2).square() @ a.sum(1).square()",
        "do not apply it again": "lambda z, a: (1 - z.tanh()**2).square() @ a.square().sum(1)",
    },
    "regularised_autoencoders.check_keep_largest": {
        "count too": "lambda z, k: keep(z, z, k)",
        "signs are lost": "lambda z, k: keep(z, z.abs(), k).abs()",
        "those are the smallest": "lambda z, k: keep(z, -z.abs(), k)",
        "most negative": "lambda z, k: keep(z, -z, k)",
        "whole batch": "lambda z, k: z * (z.abs() >= z.abs().flatten().topk(k).values[-1])",
        "in each column": "lambda z, k: keep(z.T, z.T.abs(), k).T",
        "not ones": "lambda z, k: keep(z, z.abs(), k).ne(0)",
        "the kept values must stay in their": "lambda z, k: z.gather(1, z.abs().topk(k, 1).indices)",
        "set to zero": "lambda z, k: z - keep(z, z.abs(), k)",
    },
    "regularised_autoencoders.check_soft_threshold": {
        "threshold is λ/2": "lambda c, p: c.sign() * (c.abs() - p).clamp(min=0)",
        "signs are lost": "lambda c, p: (c.abs() - p / 2).clamp(min=0)",
        "only positive c": "lambda c, p: (c - p / 2).clamp(min=0)",
        "keeps large values": "lambda c, p: c * (c.abs() > p / 2)",
        "that is the solution for an L2 penalty": "lambda c, p: c / (1 + p)",
        "not change sign": "lambda c, p: c.sign() * (c.abs() - p / 2)",
        "minus, not plus": "lambda c, p: c.sign() * (c.abs() + p / 2)",
        "must be added": "lambda c, p: c - p / 2",
    },
    "denoising_autoencoder.check_salt_and_pepper_from_u": {
        "are swapped": "lambda x, u, p: put(x, u, p, 1, 0)",
        "salt is missing": "lambda x, u, p: torch.where(u < p / 2, 0.0, x)",
        "pepper is missing": "lambda x, u, p: torch.where((u >= p / 2) & (u < p), 1.0, x)",
        "that is masking": "lambda x, u, p: torch.where(u < p, 0.0, x)",
        "must come after salt": "lambda x, u, p: torch.where(u < p, 1.0, torch.where(u < p / 2, 0.0, x))",
        "twice as many": "lambda x, u, p: put(x, u, 2 * p, 0, 1)",
        "sets the others": "lambda x, u, p: torch.where(u < p, x, torch.where(u < (1 + p) / 2, 0.0, 1.0))",
        "the other pixels must stay as they are": "lambda x, u, p: (u >= p / 2).float()",
        "do not add": "lambda x, u, p: torch.where(u < p / 2, 0, x + ((u >= p / 2) & (u < p)))",
        "right kind": "lambda x, u, p: torch.where(u < p / 2, 0.0, torch.where(u > 1 - p / 2, 1.0, x))",
    },
    "denoising_autoencoder.check_score": {
        "swap the two": "lambda r, t, s: (t - r(t)) / s**2",
        "not by σ": "lambda r, t, s: (r(t) - t) / s",
        "σ² times the score": "lambda r, t, s: r(t) - t",
        "multiplied by σ²": "lambda r, t, s: (r(t) - t) * s**2",
        "subtract the noisy one": "lambda r, t, s: r(t) / s**2",
        "no factor 2": "lambda r, t, s: (r(t) - t) / (2 * s**2)",
        "sum over its coordinates": "lambda r, t, s: ((r(t) - t) / s**2).sum(1)",
        "that is only the length of the vector": "lambda r, t, s: ((r(t) - t) / s**2).norm(dim=1)",
        "average over the points": "lambda r, t, s: ((r(t) - t) / s**2).mean(0)",
        "that is the denoised point itself": "lambda r, t, s: r(t)",
    },
    "denoising_autoencoder.check_linear_denoiser": {
        "not σ.": "lambda x, t, s: x.mean(0) + (t - x.mean(0)) @ wiener(cov(x), s**0.5)",
        "and add it after": "lambda x, t, s: t @ wiener(cov(x), s)",
        "added again": "lambda x, t, s: (t - x.mean(0)) @ wiener(cov(x), s)",
        "of centred data": "lambda x, t, s: x.mean(0) + (t - x.mean(0)) @ wiener(x.T @ x / len(x), s)",
        "the mean is subtracted neither from": "lambda x, t, s: t @ wiener(x.T @ x / len(x), s)",
        "not by n − 1": "lambda x, t, s: x.mean(0) + (t - x.mean(0)) @ wiener(x.T.cov(), s)",
        "keeps the noise": "lambda x, t, s: t - (t - x.mean(0)) @ wiener(cov(x), s)",
        "covariance by n": "lambda x, t, s: x.mean(0) + (t - x.mean(0)) @ wiener(len(x) * cov(x), s)",
        "inverted only": "lambda x, t, s: x.mean(0) + (t - x.mean(0)) @ (cov(x) + s**2 * eye(x)).inverse()",
        "those of the clean data": "lambda x, t, s: t.mean(0) + (t - t.mean(0)) @ wiener(cov(t), s)",
        "not at their own": "lambda x, t, s: x.mean(0) + (t - t.mean(0)) @ wiener(cov(x), s)",
    },
    "masked_models.check_corrupt": {
        "all selected tokens are masked": "lambda x, u, v, o, b: torch.where(u < 0.15, b, x)",
        "random tokens are missing": "lambda x, u, v, o, b: torch.where((u < 0.15) & (v < 0.8), b, x)",
        "not from 0.8": "lambda x, u, v, o, b: bert(x, u < 0.15, v < 0.8, v >= 0.8, o, b)",
        "are swapped": "lambda x, u, v, o, b: bert(x, u < 0.15, v >= 0.9, v < 0.8, o, b)",
        "u < 0.15 is missing": "lambda x, u, v, o, b: bert(x, u < 2, v < 0.8, v >= 0.9, o, b)",
        "you corrupted the others": "lambda x, u, v, o, b: bert(x, u >= 0.15, v < 0.8, v >= 0.9, o, b)",
        "mask below 0.8": "lambda x, u, v, o, b: torch.where(u < 0.15, o, x)",
        "that is 90% masked": "lambda x, u, v, o, b: bert(x, u < 0.15, v < 0.9, v >= 0.9, o, b)",
        "v below 0.8": "lambda x, u, v, o, b: torch.where((u < 0.15) & (v >= 0.9), o, x)",
        "you have them swapped": "lambda x, u, v, o, b: bert(x, v < 0.15, u < 0.8, u >= 0.9, o, b)",
    },
    "masked_models.check_before": {
        "that lets a position attend to itself": "lambda o: o.argsort()[None] <= o.argsort()[:, None]",
        "transpose": "lambda o: o.argsort()[None] > o.argsort()[:, None]",
        "the step of each position is needed": "lambda o: o[None] < o[:, None]",
        "`order` is not used": "lambda o: torch.ones(len(o), len(o)).tril(-1)",
        "all but itself is too much": "lambda o: 1 - torch.eye(len(o))",
        "exactly those to be masked": "lambda o: o.argsort()[None] >= o.argsort()[:, None]",
        "rank[j] < rank[i]": "lambda o: o.argsort()",
    },
    "masked_models.check_mutual_information": {
        "the sign is wrong": "lambda p: H(p) - H(p.sum(0)) - H(p.sum(1))",
        "natural logarithm": "lambda p: (H(p.sum(0)) + H(p.sum(1)) - H(p)) / torch.tensor(2).log()",
        "subtract that of the pair": "lambda p: H(p.sum(0)) + H(p.sum(1))",
        "entropy of the pair": "lambda p: H(p)",
        "that is one conditional": "lambda p: H(p) - H(p.sum(0))",
        "the other conditional": "lambda p: H(p) - H(p.sum(1))",
        "H(x₁) − H(x₁": "lambda p: H(p.sum(1)) - H(p)",
        "H(x₂) − H(x₁": "lambda p: H(p.sum(0)) - H(p)",
        "twice": "lambda p: H(p.sum(0)) + H(p.sum(1)) - 2 * H(p)",
        "do not average": "lambda p: H(p.sum(0)) / p.shape[1] + H(p.sum(1)) / p.shape[0] - H(p) / p.numel()",
    },
    "elbo.check_kl": {
        "not averaged": "lambda m, s: kl(m, s).mean(1)",
        "one number per example": "lambda m, s: kl(m, s).sum(1).mean()",
        "do not sum over the batch": "lambda m, s: kl(m, s).sum()",
        "sum over the latent dimensions": "lambda m, s: kl(m, s)",
        "not over the batch": "lambda m, s: kl(m, s).sum(0)",
        "never negative": "lambda m, s: -kl(m, s).sum(1)",
        "the ½ is missing": "lambda m, s: 2 * kl(m, s).sum(1)",
        "the −1 is missing": "lambda m, s: (kl(m, s) + 0.5).sum(1)",
        "ln s² is 2 ln s": "lambda m, s: (kl(m, s) + s.log() / 2).sum(1)",
        "square the standard deviation": "lambda m, s: (kl(m, s) + (s - s**2) / 2).sum(1)",
        "not log-variances": "lambda m, s: models.gaussian_kl(m, s)",
        "not variances": "lambda m, s: models.gaussian_kl(m, s.log())",
        "the mean must be squared": "lambda m, s: (kl(0 * m, s) + m / 2).sum(1)",
        "the means are missing": "lambda m, s: kl(0 * m, s).sum(1)",
        "the logarithm must be subtracted": "lambda m, s: (kl(m, s) + 2 * s.log()).sum(1)",
        "other way round": "lambda m, s: (((m**2 + 1) / s**2 - 1) / 2 + s.log()).sum(1)",
        "right for these data only": "lambda m, s: kl(m, s) @ torch.ones(4)[: m.shape[1]] * len(m) / 6",
    },
    "elbo.check_elbo_single_sample": {
        "that is the loss": "lambda *a: -elbo(*a)",
        "do not add it": "lambda *a: likelihood(*a) + rate(*a)",
        "the KL is missing": "lambda *a: likelihood(*a)",
        "constants are missing": "lambda *a: -squares(*a) / a[4] ** 2 - rate(*a)",
        "ln σ is missing": "lambda *a: elbo(*a) + 9 * nats(a[4])",
        "½ ln 2π": "lambda *a: elbo(*a) + 4.5 * nats(2 * math.pi)",
        "½ of the exponent": "lambda *a: elbo(*a) - squares(*a) / a[4] ** 2",
        "not by σ": "lambda *a: elbo(*a) + squares(*a) * (1 / a[4] ** 2 - 1 / a[4])",
        "divide the squares by σ².": "lambda *a: elbo(*a) + squares(*a) * (1 / a[4] ** 2 - 1)",
        "sum over the pixels": "lambda *a: likelihood(*a) / 9 - rate(*a)",
        "do not average": "lambda *a: likelihood(*a) - rate(*a) / 4",
        "both are sums": "lambda *a: likelihood(*a) / 9 - rate(*a) / 4",
        "the KL has a ½": "lambda *a: likelihood(*a) - 2 * rate(*a)",
        "each of the d pixels": "lambda *a: elbo(*a) + 8 * nats(a[4] * (2 * math.pi) ** 0.5)",
        "the −1 in the KL is missing": "lambda *a: elbo(*a) - 2",
        "not ln s.": "lambda *a: likelihood(*a) - rate(*a[:3], 2 * a[3], a[4])",
        "not a variance": "lambda *a: likelihood(*a[:4], a[4] ** 0.5) - rate(*a)",
    },
    "elbo.check_mixture_elbo": {
        "multiplied by step": "lambda j, g, h, m, s: on_grid(j, 1, two(g, m, s))",
        "do not average over the grid": "lambda j, g, h, m, s: on_grid(j, 1 / len(g), two(g, m, s))",
        "the sign is wrong": "lambda j, g, h, m, s: -on_grid(j, h, two(g, m, s))",
        "integrates to 2": "lambda j, g, h, m, s: on_grid(j, h, two(g, m, s) + nats(2))",
        "the weights sum to 2": "lambda j, g, h, m, s: on_grid(j, 2 * h, two(g, m, s))",
        "missing in log q": "lambda j, g, h, m, s: on_grid(j - nats(2), h, two(g, m, s))",
        "has one mode only": "lambda j, g, h, m, s: on_grid(j, h, one(g, m, s))",
        "not of one mode": "lambda j, g, h, *ms: on_grid(j + two(g, *ms) - one(g, *ms), h, two(g, *ms))",
        "alone is no bound": "lambda j, g, h, m, s: on_grid(j + two(g, m, s), h, two(g, m, s))",
        "do not add it": "lambda j, g, h, m, s: on_grid(j + 2 * two(g, m, s), h, two(g, m, s))",
        "that is log p(x)": "lambda j, g, h, m, s: j.logsumexp(0) + nats(h)",
        "not p(x, z)": "lambda j, g, h, m, s: on_grid(j.exp(), h, two(g, m, s))",
        "not a variance": "lambda j, g, h, m, s: on_grid(j, h, two(g, m, s**0.5))",
        "do not square it": "lambda j, g, h, m, s: on_grid(j, h, two(g, m, s**2))",
        "swapped": "lambda j, g, h, m, s: on_grid(j, h, two(g, s, m))",
        "right for these data only": "lambda j, g, h, m, s: on_grid(j, 0.02, two(g, m, s))",
    },
    "elbo.check_iwae_from_log_weights": {
        "exp(−500)": "lambda w: w.exp().mean(1).log()",
        "that is the ELBO": "lambda w: w.mean(1)",
        "a mean over k": "lambda w: w.logsumexp(1)",
        "not k": "lambda w: w.logsumexp(1) - w.shape[1]",
        "you added it": "lambda w: w.logsumexp(1) + nats(w.shape[1])",
        "not of examples": "lambda w: w.logsumexp(1) - nats(len(w))",
        "not over the batch": "lambda w: w.logsumexp(0) - nats(len(w))",
        "one number per example": "lambda w: w.logsumexp(1).mean() - nats(w.shape[1])",
        "largest weight alone": "lambda w: w.amax(1)",
        "do not sum over all of them at once": "lambda w: w.flatten().logsumexp(0) - nats(w.numel())",
        "no exp before": "lambda w: w.exp().logsumexp(1) - nats(w.shape[1])",
        "that is the loss": "lambda w: nats(w.shape[1]) - w.logsumexp(1)",
    },
    "reparameterization.check_sample_laplace": {
        "no gradient reaches m and b": "lambda m, b, u: (m + b * lap(u)).detach()",
        "no gradient reaches b": "lambda m, b, u: m + b.detach() * lap(u)",
        "no gradient reaches m:": "lambda m, b, u: m.detach() + b * lap(u)",
        "m is missing": "lambda m, b, u: b * lap(u)",
        "b is missing": "lambda m, b, u: m + lap(u)",
        "only the noise is scaled": "lambda m, b, u: (m + lap(u)) * b",
        "m is the location, b the scale": "lambda m, b, u: b + m * lap(u)",
        "not its logarithm": "lambda m, b, u: m + b.exp() * lap(u)",
        "no square root": "lambda m, b, u: m + b.sqrt() * lap(u)",
        "do not divide": "lambda m, b, u: m + lap(u) / b",
        "no √2": "lambda m, b, u: m + b * lap(u) / 2**0.5",
        "the first formula": "lambda m, b, u: m + b * (2 * u).log()",
        "the second formula": "lambda m, b, u: m - b * (2 - 2 * u).log()",
        "log(2u) is for u ≤ ½": "lambda m, b, u: m + b * lap(u, u > 0.5)",
        "above ½": "lambda m, b, u: m - b * lap(u).abs()",
        "below ½": "lambda m, b, u: m + b * lap(u).abs()",
        "sign of the noise": "lambda m, b, u: m - b * lap(u)",
        "a factor 2": "lambda m, b, u: m + b * torch.where(u <= 0.5, u.log(), -(1 - u).log())",
        "apply the quantile function": "lambda m, b, u: m + b * u",
    },
    "reparameterization.check_score_gradient_s": {
        "not summed": "lambda z, f, m, s: (f * score_s(z, m, s)).sum()",
        "average over the samples": "lambda z, f, m, s: f * score_s(z, m, s)",
        "with respect to m, not s": "lambda z, f, m, s: (f * (z - m)).mean() / s**2",
        "normalising constant": "lambda z, f, m, s: (f * (z - m) ** 2).mean() / s**3",
        "f multiplies it too": "lambda z, f, m, s: (f * (z - m) ** 2).mean() / s**3 - 1 / s",
        "the sign of 1/s": "lambda z, f, m, s: (f * (score_s(z, m, s) + 2 / s)).mean()",
        "the sign is wrong: the score": "lambda z, f, m, s: -(f * score_s(z, m, s)).mean()",
        "not s²:": "lambda z, f, m, s: (f * ((z - m) ** 2 / s**2 - 1 / s)).mean()",
        "not s:": "lambda z, f, m, s: (f * ((z - m) ** 2 / s - 1 / s)).mean()",
        "no factor ½": "lambda z, f, m, s: (f * ((z - m) ** 2 / s**3 / 2 - 1 / s)).mean()",
        "the square is missing": "lambda z, f, m, s: (f * ((z - m) / s**3 - 1 / s)).mean()",
        "with respect to s²": "lambda z, f, m, s: (f * score_s(z, m, s)).mean() / (2 * s)",
        "with respect to log s:": "lambda z, f, m, s: (f * score_s(z, m, s)).mean() * s",
        "with respect to log s²": "lambda z, f, m, s: (f * score_s(z, m, s)).mean() * s / 2",
        "f is missing": "lambda z, f, m, s: score_s(z, m, s).mean()",
        "no baseline": "lambda z, f, m, s: ((f - f.mean()) * score_s(z, m, s)).mean()",
        "multiply before you average": "lambda z, f, m, s: f.mean() * score_s(z, m, s).mean()",
        "not log q": "lambda z, f, m, s: (f * torch.distributions.Normal(m, s).log_prob(z)).mean()",
        "m is missing": "lambda z, f, m, s: (f * score_s(z, 0, s)).mean()",
    },
    "reparameterization.check_straight_through_gumbel": {
        "the gradient is cut off": "lambda a, g, t: top(a + g)",
        "soft not added": "lambda a, g, t: top(a + g) - soft(a + g, t).detach()",
        "those are soft samples": "lambda a, g, t: soft(a + g, t)",
        "+ soft − soft.detach()": "lambda a, g, t: top(a + g) - soft(a + g, t) + soft(a + g, t).detach()",
        "subtract soft.detach()": "lambda a, g, t: top(a + g) + soft(a + g, t)",
        "gradient of the logits": "lambda a, g, t: top(a + g) + (a - a.detach())",
        "not of the logits alone": "lambda a, g, t: through(top(a), soft(a + g, t))",
        "not of the noise alone": "lambda a, g, t: through(top(g), soft(a + g, t))",
        "that of π": "lambda a, g, t: through(top(a + g), a.softmax(1))",
        "the temperature is missing": "lambda a, g, t: through(top(a + g), soft(a + g, 1))",
        "do not multiply": "lambda a, g, t: through(top(a + g), soft(a + g, 1 / t))",
        "not the noise alone.": "lambda a, g, t: through(top(a + g), soft(a + g / t, 1))",
        "τ divides the sum, not the logits": "lambda a, g, t: through(top(a + g), soft(a / t + g, 1))",
        "do not subtract it": "lambda a, g, t: through(top(a - g), soft(a - g, t))",
        "softmax over the categories": "lambda a, g, t: through(top(a + g), ((a + g) / t).softmax(0))",
    },
    "vae.check_sigma_vae_loss": {
        "sum over the pixels": "lambda h, x, m, v: (fit_nll(h, x) / 7 + gkl(m, v)).mean()",
        "their mean implies β = 1/q": "lambda h, x, m, v: (fit_nll(h, x) + gkl(m, v) / 3).mean()",
        "only the batch is averaged": "lambda h, x, m, v: (fit_nll(h, x) / 7 + gkl(m, v) / 3).mean()",
        "must not grow with the batch": "lambda h, x, m, v: (fit_nll(h, x) + gkl(m, v)).sum()",
        "the reconstruction loss is not": "lambda h, x, m, v: fit_nll(h, x).sum() + gkl(m, v).mean()",
        "the KL a sum over all": "lambda h, x, m, v: fit_nll(h, x).mean() / 7 + gkl(m, v).sum()",
        "the KL is a penalty": "lambda h, x, m, v: (fit_nll(h, x) - gkl(m, v)).mean()",
        "that is the ELBO": "lambda h, x, m, v: -(fit_nll(h, x) + gkl(m, v)).mean()",
        "enters with a minus sign": "lambda h, x, m, v: (gkl(m, v) - fit_nll(h, x)).mean()",
        "the KL is missing": "lambda h, x, m, v: fit_nll(h, x).mean()",
        "the KL has a ½": "lambda h, x, m, v: (fit_nll(h, x) + 2 * gkl(m, v)).mean()",
        "the −1 in the KL": "lambda h, x, m, v: (fit_nll(h, x) + (m**2 + v.exp() - v).sum(1) / 2).mean()",
        "exp is missing": "lambda h, x, m, v: (fit_nll(h, x) + (m**2 + v - 1 - v).sum(1) / 2).mean()",
        "not σ.": "lambda h, x, m, v: (fit_nll(h, x) + kl(m, v).sum(1)).mean()",
        "not ln σ.": "lambda h, x, m, v: (fit_nll(h, x) + kl(m, v.exp()).sum(1)).mean()",
        "the root is missing":
            "lambda h, x, m, v: (fit_nll(h, x, (x - h).square().mean()) + gkl(m, v)).mean()",
        "that is s = 1": "lambda h, x, m, v: (fit_nll(h, x, 1.0) + gkl(m, v)).mean()",
        "over the batch, too":
            "lambda h, x, m, v: (fit_nll(h, x, (x - h).square().mean(1)[:, None] ** 0.5) + gkl(m, v)).mean()",
        "over the pixels, too":
            "lambda h, x, m, v: (fit_nll(h, x, (x - h).square().mean(0) ** 0.5) + gkl(m, v)).mean()",
        "not the variance of the error":
            "lambda h, x, m, v: (fit_nll(h, x, (x - h).std()) + gkl(m, v)).mean()",
        "it is d/2.": "lambda h, x, m, v: (fit_nll(h, x) - 3.5 + gkl(m, v)).mean()",
        "not d.": "lambda h, x, m, v: (fit_nll(h, x) + 3.5 + gkl(m, v)).mean()",
        "d ln s is missing":
            "lambda h, x, m, v: (fit_nll(h, x) - 3.5 * (x - h).square().mean().log() + gkl(m, v)).mean()",
        "ln s² has a ½":
            "lambda h, x, m, v: (fit_nll(h, x) + 3.5 * (x - h).square().mean().log() + gkl(m, v)).mean()",
        "½ ln 2π is missing":
            "lambda h, x, m, v: (fit_nll(h, x) - 3.5 * nats(2 * math.pi) + gkl(m, v)).mean()",
        "ln 2π has a ½": "lambda h, x, m, v: (fit_nll(h, x) + 3.5 * nats(2 * math.pi) + gkl(m, v)).mean()",
        "sign of ½ ln 2π": "lambda h, x, m, v: (fit_nll(h, x) - 7 * nats(2 * math.pi) + gkl(m, v)).mean()",
        "the sign of ln s":
            "lambda h, x, m, v: (fit_nll(h, x) - 7 * (x - h).square().mean().log() + gkl(m, v)).mean()",
        "the sign of the squared error": "lambda h, x, m, v: (fit_nll(h, x) - 7 + gkl(m, v)).mean()",
        "its root is s.":
            "lambda h, x, m, v: (fit_nll(h, x, (x - h).square().mean() ** 0.25) + gkl(m, v)).mean()",
        "average over the pixels, do not sum":
            "lambda h, x, m, v: (fit_nll(h, x, (x - h).square().sum(1).mean() ** 0.5) + gkl(m, v)).mean()",
        "not the square of the mean size":
            "lambda h, x, m, v: (fit_nll(h, x, (x - h).abs().mean()) + gkl(m, v)).mean()",
        "not σ².": "lambda h, x, m, v: (fit_nll(h, x) + kl(m, v.sqrt()).sum(1)).mean()",
        "exp(½ log_var) is σ": "lambda h, x, m, v: loss_of(h, x, m**2, (v / 2).exp(), v)",
        "σ² already": "lambda h, x, m, v: loss_of(h, x, m**2, (2 * v).exp(), v)",
        "1/σ²": "lambda h, x, m, v: loss_of(h, x, m**2, (-v).exp(), v)",
        "a logarithm already": "lambda h, x, m, v: loss_of(h, x, m**2, v.exp(), v.log())",
        "mu and log_var are swapped": "lambda h, x, m, v: (fit_nll(h, x) + gkl(v, m)).mean()",
        "other way round": "lambda h, x, m, v: loss_of(h, x, m**2 / v.exp(), (-v).exp(), -v)",
        "the means are squared": "lambda h, x, m, v: loss_of(h, x, m, v.exp(), v)",
        "before you sum":
            "lambda h, x, m, v: (fit_nll(h, x) + gkl(0 * m, v) + m.sum(1) ** 2 / 2).mean()",
        "the means are missing": "lambda h, x, m, v: loss_of(h, x, 0 * m, v.exp(), v)",
        **{f"missing before {' and '.join(names)}.":
           f"lambda h, x, m, v: (fit_nll(h, x) + gkl(m, v)).mean() + lost({names}, m, v)"
           for r in (1, 2, 3) for names in itertools.combinations(TERMS, r)},
        **{f"the sign of {name} in the KL":
           f"lambda h, x, m, v: (fit_nll(h, x) + gkl(m, v)).mean() - 2 * lost(({name!r},), m, v)"
           for name in TERMS},
        **{f"your reconstruction loss {a}, your KL {b}.":
           f"lambda h, x, m, v: {n} * fit_nll(h, x).mean() / 7**{d} + {o} * gkl(m, v).mean() / 3**{q}"
           for (a, n, d), (b, o, q) in itertools.product(AXES, AXES)
           if (n, d, o, q) not in [(1, 0, 1, 0), (1, 1, 1, 0), (1, 0, 1, 1), (1, 1, 1, 1), (5, 0, 5, 0),
                                   (5, 0, 1, 0), (1, 1, 5, 0)]},  # those have hints of their own
        "one number: average": "lambda h, x, m, v: fit_nll(h, x) + gkl(m, v)",
        "right for these data only": "lambda h, x, m, v: (fit_nll(h, x) + gkl(m, v)).sum() / 5",
    },
    "vae.check_weighted_bound": {
        "the prior p(z) is missing": "lambda *a: iwae(*a, prior=0)",
        "q is missing": "lambda *a: iwae(*a, q=0)",
        "do not add it": "lambda *a: iwae(*a, q=-1)",
        "upside down": "lambda *a: iwae(*a, prior=-1, q=-1)",
        "the likelihood is missing": "lambda a, *b: iwae(0 * a, *b)",
        "inside the logarithm": "lambda *a: log_w(*a).mean(1)",
        "a mean over k": "lambda *a: log_w(*a).logsumexp(1)",
        "not of examples": "lambda *a: log_w(*a).logsumexp(1) - nats(len(a[0]))",
        "not over the batch": "lambda *a: log_w(*a).logsumexp(0) - nats(len(a[0]))",
        "one number per example": "lambda *a: iwae(*a).mean()",
        "do not sum over the batch": "lambda *a: iwae(*a).sum()",
        "those are the log-weights": "lambda *a: log_w(*a)",
        "exp(−500)": "lambda *a: log_w(*a).exp().mean(1).log()",
        "that is the loss": "lambda *a: -iwae(*a)",
        "the closed-form KL is the": "lambda a, z, m, v: (a - gkl(m, v)[:, None]).logsumexp(1) - nats(8)",
        "each sample needs its own weight": "lambda a, z, m, v: a.mean(1) - gkl(m, v)",
        "not s.": "lambda a, z, m, v: iwae(a, z, m, 2 * v.log())",
        "not ln s: the ½": "lambda a, z, m, v: iwae(a, z, m, 2 * v)",
        "z − mean": "lambda a, z, m, v: iwae(a, z, 0 * m, v)",
        "missing in log q": "lambda *a: iwae(*a) - 1.5 * nats(2 * math.pi)",
        "missing in log p(z)": "lambda *a: iwae(*a) + 1.5 * nats(2 * math.pi)",
        "not s².": "lambda a, z, m, v: iwae(a, z, m, v.log())",
        "is ln s, not s": "lambda a, z, m, v: iwae(a, z, m, 2 * (v / 2).log())",
        "mu and log_var are swapped": "lambda a, z, m, v: iwae(a, z, v, m)",
        "−½ log_var is missing": "lambda a, z, m, v: iwae(a - v.sum(1, True) / 2, z, m, v)",
        "½ log_var has the wrong sign": "lambda a, z, m, v: iwae(a - v.sum(1, True), z, m, v)",
        "by s², not by s": "lambda a, z, m, v: iwae(a + off(z, m, v, 1 / (v / 2).exp()), z, m, v)",
        "divide (z − mean)² by s².": "lambda a, z, m, v: iwae(a + off(z, m, v, v**0), z, m, v)",
        "mean is 0, not mu": "lambda a, z, m, v: iwae(a + log_q(z, m, 0 * v), z, m, v, prior=0)",
        "deviation is 1": "lambda a, z, m, v: iwae(a + log_q(z, 0 * m, v), z, m, v, prior=0)",
        "do not average": "lambda a, z, m, v: (a + (log_w(0 * a, z, m, v)) / 3).logsumexp(1) - nats(8)",
        "inside the logarithm of": "lambda a, *b: a.logsumexp(1) - nats(8) + log_w(0 * a, *b).mean(1)",
        "you added it": "lambda *a: iwae(*a) + 2 * nats(8)",
        "not k": "lambda *a: log_w(*a).logsumexp(1) - 8",
        "do not divide by k": "lambda *a: log_w(*a).logsumexp(1) / 8",
        "the largest weight alone": "lambda *a: log_w(*a).amax(1)",
        **{f"the ½ is missing before {' and '.join(names)}.":
           f"lambda a, z, m, v: iwae(a + halves({names}, z, m, v), z, m, v)"
           for r in (1, 2, 3) for names in itertools.combinations(HALVES, r)},
        "right for these data only": "lambda *a: log_w(*a).logsumexp(1) - nats(8)",
    },
    "vae.check_count_active_units": {
        "not its mean": "lambda m: (m.mean(0) > 0.01).sum()",
        "not centred": "lambda m: int((m.square().mean(0) > 0.01).sum())",
        "not the standard deviation": "lambda m: (m.std(0) > 0.01).sum()",
        "not over the latent dimensions": "lambda m: (m.var(1) > 0.01).sum()",
        "not a fraction": "lambda m: (m.var(0) > 0.01).float().mean()",
        "those are the inactive dimensions": "lambda m: (m.var(0) < 0.01).sum()",
        "the threshold is 0.01": "lambda m: (m.var(0) > 0.1).sum()",
        "that is a mask": "lambda m: m.var(0) > 0.01",
        "those are the variances": "lambda m: m.var(0)",
        "number of all": "lambda m: m.shape[1]",
        "one of all numbers": "lambda m: m.var() > 0.01",
        "not the means above": "lambda m: (m > 0.01).sum()",
        "right for these data only": "lambda m: 7",
    },
    "vae.check_conv_networks": {
        "needs 40 outputs": "lambda: convolutions(outputs=20)",
        "flatten the decoder's output": "lambda: convolutions(last=[])",
        "the encoder has no convolution": "lambda: (net(784, 9, 40), convolutions()[1])",
        "the decoder has no (transposed) convolution": "lambda: (convolutions()[0], net(20, 9, 784))",
        "neither network": "lambda: (net(784, 9, 40), net(20, 9, 784))",
        "must output logits": "lambda: convolutions(last=[nn.Flatten(), nn.Sigmoid()])",
        "at the encoder's end": "lambda: (then_relu(convolutions()[0]), convolutions()[1])",
        "return the encoder first": "lambda: convolutions()[::-1]",
        "not the encoder's 40 outputs": "lambda: (convolutions()[0], convolutions(k=40)[1])",
        "your code stopped": "lambda: convolutions()[0]",
        "forget `return`": "lambda: None",
    },
    "cvae.check_condition": {
        "ten inputs, one for each": "lambda z, y: torch.cat([z, y[:, None]], 1)",
        "the codes first": "lambda z, y: torch.cat([hot(y), z], 1)",
        "the codes are missing": "lambda z, y: hot(y)",
        "the label is missing": "lambda z, y: z",
        "that do not occur": "lambda z, y: torch.cat([z, (y[:, None] == y.unique()).float()], 1)",
        "1 marks the label": "lambda z, y: torch.cat([z, 1 - hot(y)], 1)",
        "say one_hot(y, 10)": "lambda z, y: torch.cat([z, torch.nn.functional.one_hot(y)], 1)",
        "begin with 0": "lambda z, y: torch.cat([z, torch.eye(10)[(y + 1) % 10]], 1)",
        "not multiplied": "lambda z, y: torch.einsum('nq,nc->nqc', z, hot(y)).flatten(1)",
        "right for these data only": "lambda z, y: (torch.cat([z, hot(y)], 1) if len(y) == 6 else z)",
        "stopped with": "lambda z, y: torch.cat([z, hot(y)])",
    },
    "cvae.check_conditional_kl": {
        "the KL to N(0, I)": "lambda m, v, pm, pv: gkl(m, v)",
        "the prior's mean is missing": "lambda m, v, pm, pv: kl2(m, v, 0 * pm, pv).sum(1)",
        "the prior's variance is missing": "lambda m, v, pm, pv: kl2(m, v, pm, 0 * pv).sum(1)",
        "KL(q‖p) averages over q": "lambda m, v, pm, pv: kl2(pm, pv, m, v).sum(1)",
        "in the prior's variance too": "lambda m, v, pm, pv: (kl2(0, v, 0, pv) + (m - pm) ** 2 / 2).sum(1)",
        "the KL has a ½": "lambda *a: 2 * kl2(*a).sum(1)",
        "the −1 is missing": "lambda *a: (kl2(*a) + 0.5).sum(1)",
        "the wrong sign": "lambda m, v, pm, pv: (kl2(m, v, pm, pv) + v - pv).sum(1)",
        "the logarithms are missing": "lambda m, v, pm, pv: (kl2(m, v, pm, pv) + (v - pv) / 2).sum(1)",
        "not ln s.": "lambda m, v, pm, pv: kl2(m, 2 * v, pm, 2 * pv).sum(1)",
        "divide the variance": "lambda m, v, pm, pv: (kl2(0, v, 0, 0) + (m - pm) ** 2 / pv.exp() / 2).sum(1)",
        "q's variance": "lambda m, v, pm, pv: (kl2(m, v, pm, pv) + v.exp() * (1 - (-pv).exp()) / 2).sum(1)",
        "variance once": "lambda m, v, p, w: (kl2(0, v, 0, w) + (m - p) ** 2 / (2 * w).exp() / 2).sum(1)",
        "that is minus": "lambda *a: -kl2(*a).sum(1)",
        "the −1 is needed once per latent": "lambda *a: kl2(*a).sum(1) + 1",
        "means must be squared": "lambda m, v, pm, pv: (kl2(0, v, 0, pv) + (m - pm) / pv.exp() / 2).sum(1)",
        "their mean implies β = 1/q": "lambda *a: kl2(*a).mean(1)",
        "not over the batch": "lambda *a: kl2(*a).sum(0)",
        "one number per example": "lambda *a: kl2(*a)",
        "do not average": "lambda *a: kl2(*a).sum(1).mean()",
        "right for these data only": "lambda *a: 3 * kl2(*a).mean(1)",
    },
    "cvae.check_stripes": {
        "begin by masking the second": "lambda x: stripe(x, 1) * (2 * x - 1)",
        "that masks columns": "lambda x: (torch.arange(784) % 28 % 2 == 0) * (2 * x - 1)",
        "visible and masked columns": "lambda x: (torch.arange(784) % 28 % 2) * (2 * x - 1)",
        "not −1": "lambda x: 2 * stripe(x, 0) * x - 1",
        "scale them by 2 x − 1": "lambda x: stripe(x, 0) * x",
        "the sign is reversed": "lambda x: stripe(x, 0) * (1 - 2 * x)",
        "nothing is masked": "lambda x: 2 * x - 1",
        "that is the mask": "lambda x: stripe(x, 0)",
        "rows of pixels are meant": "lambda x: (torch.arange(len(x))[:, None] % 2 == 0) * (2 * x - 1)",
    },
    "cvae.check_style_transfer": {
        "unchanged": "lambda z, m, v, nm, nv: z",
        "that is the style": "lambda z, m, v, nm, nv: (z - m) / (v / 2).exp()",
        "only the means": "lambda z, m, v, nm, nv: z - m + nm",
        "the old mean is not subtracted": "lambda z, m, v, nm, nv: nm + z * (nv / 2 - v / 2).exp()",
        "not added": "lambda z, m, v, nm, nv: (z - m) * (nv / 2 - v / 2).exp()",
        "not divided out": "lambda z, m, v, nm, nv: nm + (z - m) * (nv / 2).exp()",
        "the new standard deviation is missing": "lambda z, m, v, nm, nv: nm + (z - m) / (v / 2).exp()",
        "old and new are swapped": "lambda z, m, v, nm, nv: m + (z - nm) * (v / 2 - nv / 2).exp()",
        "the ½ is missing": "lambda z, m, v, nm, nv: nm + (z - m) * (nv - v).exp()",
        "both means are missing": "lambda z, m, v, nm, nv: z * (nv / 2 - v / 2).exp()",
        "the ½ is missing in the new scale": "lambda z, m, v, nm, nv: nm + (z - m) * (nv - v / 2).exp()",
        "the ½ is missing in the old scale": "lambda z, m, v, nm, nv: nm + (z - m) * (nv / 2 - v).exp()",
        "do not multiply": "lambda z, m, v, nm, nv: nm + (z - m) * (nv / 2 + v / 2).exp()",
        "divide by the old.": "lambda z, m, v, nm, nv: nm + (z - m) * (v / 2 - nv / 2).exp()",
        "not log_var": "lambda z, m, v, nm, nv: nm + (z - m) * nv / v",
        "both means are added": "lambda z, m, v, nm, nv: nm + (z + m) * (nv / 2 - v / 2).exp()",
    },
    "beta_vae.check_mig_from_table": {
        "the second best is missing": "lambda t: t.amax(0).mean()",
        "`.view` is not a": "lambda t: -t.reshape(t.shape[1], -1).topk(2, dim=1).values.diff().mean()",
        "best two factors": "lambda t: -t.topk(2, dim=1).values.diff().mean()",
        "not a sum": "lambda t: -t.topk(2, dim=0).values.diff(dim=0).sum()",
        "one number: average": "lambda t: -t.topk(2, dim=0).values.diff(dim=0)[0]",
        "best minus second": "lambda t: t.topk(2, dim=0).values.diff(dim=0).mean()",
        "not the worst": "lambda t: (t.amax(0) - t.amin(0)).mean()",
        "not the mean of all": "lambda t: (t.amax(0) - t.mean(0)).mean()",
        "m factors, not q": "lambda t: -t.topk(2, dim=0).values.diff(dim=0).sum() / len(t)",
        "in the whole table": "lambda t: -t.flatten().topk(2).values.diff()",
        "right for these data only": "lambda t: -t.topk(2, dim=0).values.diff(dim=0).sum() / 3",
    },
    "beta_vae.check_traverse": {
        "do not add them": "lambda z, j, v: z + v[:, None] * torch.eye(len(z))[j]",
        "the others stay.": "lambda z, j, v: v[:, None].repeat(1, len(z))",
        "do not become 0": "lambda z, j, v: v[:, None] * torch.eye(len(z))[j]",
        "you moved the next one": "lambda z, j, v: traverse(z, j + 1, v)",
        "the one before": "lambda z, j, v: traverse(z, j - 1, v)",
        "one row for each value": "lambda z, j, v: traverse(z, j, v).T",
        "nothing has moved": "lambda z, j, v: z.repeat(len(v), 1)",
        "copy z before": "lambda z, j, v: [z.index_fill_(0, torch.tensor(j), a) for a in v.tolist()]",
        "scaled by the values": "lambda z, j, v: traverse(z, j, v * z[j])",
        "right for these data only": "lambda z, j, v: traverse(z, 2 if len(z) == 4 else 1, v)",
    },
    "beta_vae.check_total_correlation": {
        "the ½ is missing": "lambda S: S.diagonal().log().sum() - S.logdet()",
        "never negative": "lambda S: 0.5 * (S.logdet() - S.diagonal().log().sum())",
        "the variances are missing": "lambda S: -0.5 * S.logdet()",
        "the determinant is missing": "lambda S: 0.5 * S.diagonal().log().sum()",
        "not of their sum": "lambda S: 0.5 * (S.trace().log() - S.logdet())",
        "not a mean": "lambda S: 0.5 * (S.diagonal().log().mean() - S.logdet())",
        "not the determinant": "lambda S: 0.5 * (S.diagonal().log().sum() - torch.linalg.det(S))",
        "not standard deviations": "lambda S: (S.diagonal().sqrt().log().sum() - S.logdet()) / 2",
        "in nats": "lambda S: 0.5 * (S.diagonal().log2().sum() - S.logdet() / math.log(2))",
        "right for these data only": "lambda S: (S.diagonal().log().sum() - S.logdet()) / 2 * (len(S) == 3)",
    },
    "vq_vae.check_quantise": {
        "the farthest": "lambda z, book: book[torch.cdist(z, book).argmax(1)]",
        "not its index": "lambda z, book: torch.cdist(z, book).argmin(1)",
        "not the other way round": "lambda z, book: z[torch.cdist(z, book).argmin(0)]",
        "the shortest codebook vector": "lambda z, book: book[book.norm(dim=1).argmin()].repeat(len(z), 1)",
        "|e|² is missing": "lambda z, book: book[(z @ book.T).argmax(1)]",
        "not the first": "lambda z, book: book[(z[:, :1] - book[:, 0]).abs().argmin(1)]",
        "the squared distance, not": "lambda z, book: torch.cdist(z, book).square().amin(1)",
        "the distance, not": "lambda z, book: torch.cdist(z, book).amin(1)",
        "nothing is quantised": "lambda z, book: z",
        "right for these data only": "lambda z, book: book[torch.cdist(z, book).argmin(1)] * (len(z) > 2)",
    },
    "vq_vae.check_ste": {
        "and pass it to z": "lambda z, e: e + 0 * z",
        "no gradient gets through": "lambda z, e: e.detach()",
        "the gradient reaches e as well": "lambda z, e: e + (z - z.detach())",
        "still that of z": "lambda z, e: z + (e - e).detach()",
        "wrong sign": "lambda z, e: e.detach() - (z - z.detach())",
        "z + e": "lambda z, e: z + e.detach()",
        "doubled": "lambda z, e: e.detach() + 2 * (z - z.detach())",
        "e − z": "lambda z, e: (e - 2 * z).detach() + z",
        "no gradient, and the value of z": "lambda z, e: z.detach()",
    },
    "vq_vae.check_perplexity": {
        "the mean of their perplexities": "lambda w, K: torch.stack([eH(row, K) for row in w]).mean()",
        "the mean of their entropies": "lambda w, K: sum(eH(row, K).log() for row in w).div(len(w)).exp()",
        "not one per batch": "lambda w, K: torch.stack([eH(row, K) for row in w])",
        "the exponential is missing": "lambda w, K: eH(w, K).log()",
        "the sign": "lambda w, K: 1 / eH(w, K)",
        "however rare": "lambda w, K: len(w.unique())",
        "log of 0": "lambda w, K: (-fractions(w, K) * fractions(w, K).log()).sum().exp()",
        "2 to the power": "lambda w, K: 2 ** eH(w, K).log()",
        "yours are counts": "lambda w, K: H(torch.bincount(w.flatten(), minlength=K)).exp()",
        "in bits": "lambda w, K: (eH(w, K).log() / math.log(2)).exp()",
        "right for these data only": "lambda w, K: eH(w, 7) * 18 / w.numel()",
    },
    "td_vae.check_td_loss": {
        "the sign": "lambda a, b, c, d, e: (a + b + c - d - e).mean()",
        "not a sum": "lambda a, b, c, d, e: -(a + b + c - d - e).sum()",
        "one number": "lambda a, b, c, d, e: -(a + b + c - d - e)",
        "the smoother is missing": "lambda a, b, c, d, e: -(a + b + c - d).mean()",
        "the late belief, from which": "lambda a, b, c, d, e: -(a + b + c - e).mean()",
        "the transition is missing": "lambda a, b, c, d, e: -(a + c - d - e).mean()",
        "the early belief": "lambda a, b, c, d, e: -(a + b - d - e).mean()",
        "the reconstruction": "lambda a, b, c, d, e: -(b + c - d - e).mean()",
        "subtract their logarithms": "lambda a, b, c, d, e: -(a + b + c + d + e).mean()",
        "subtract its logarithm": "lambda a, b, c, d, e: -(a + b + c - d + e).mean()",
        "the late belief is in the denominator": "lambda a, b, c, d, e: -(a + b + c + d - e).mean()",
        "right for these data only": "lambda a, b, c, d, e: -(a + b + c - d - e).sum() / 6",
    },
    "td_vae.check_kalman_step": {
        "only the prediction": "lambda m, P, x, A, Q, C, R: (m @ A.T, A @ P @ A.T + Q)",
        "only the correction": "lambda m, P, x, A, Q, C, R: kalman(m, P, x, torch.eye(2), 0, C, R)",
        "the noise Q": "lambda m, P, x, A, Q, C, R: kalman(m, P, x, A, 0, C, R)",
        "the noise R": "lambda m, P, x, A, Q, C, R: kalman(m, P, x, A, Q, C, 0)",
        "not the old one": "lambda m, P, x, A, Q, C, R: kalman(m, P, x + (m @ A.T - m) @ C.T, A, Q, C, R)",
        "must shrink": "lambda m, P, x, A, Q, C, R: (kalman(m, P, x, A, Q, C, R)[0], A @ P @ A.T + Q)",
        "A on the wrong side": "lambda m, P, x, A, Q, C, R: kalman(m, P, x, A.T, Q, C, R)",
    },
    "td_vae.check_accumulated_noise_cov": {
        "not delta times": "lambda A, Q, n: n * Q",
        "not the oldest alone": "lambda A, Q, n: accumulated(A, Q, n - 1, n)",
        "one step too far": "lambda A, Q, n: accumulated(A, Q, 0, n + 1)",
        "the newest noise is missing": "lambda A, Q, n: accumulated(A, Q, 1, n + 1)",
        "one step too few": "lambda A, Q, n: accumulated(A, Q, 0, n - 1)",
        "from both sides": "lambda A, Q, n: sum(A.matrix_power(i) @ Q for i in range(n))",
        "the transpose is missing": "lambda A, Q, n: sum(B @ Q @ B for B in map(A.matrix_power, range(n)))",
        "on the wrong side": "lambda A, Q, n: accumulated(A.T, Q, 0, n)",
        "not a mean": "lambda A, Q, n: accumulated(A, Q, 0, n) / n",
        "right for these data only": "lambda A, Q, n: accumulated(A, Q, 0, 4)",
    },
    "linear_autoencoder.check_principal_angles": {
        "orthonormal first": "lambda a, b: deg(torch.linalg.svdvals(a.T @ b))",
        "unit length is not enough": "lambda a, b: deg(torch.linalg.svdvals(long1(a).T @ long1(b)))",
        "in degrees": "lambda a, b: deg(cosines(a, b)).deg2rad()",
        "in degrees, please, and": "lambda a, b: cosines(a, b).acos()",
        "not finite": "lambda a, b: torch.linalg.svdvals(a.T @ b).acos()",
        "take acos": "lambda a, b: cosines(a, b)",
        "flip the order": "lambda a, b: deg(cosines(a, b)).flip(0)",
        "not column with column": "lambda a, b: ((q(a) * q(b)).sum(0)).acos().rad2deg()",
    },
    "linear_autoencoder.check_recover": {
        "decoder's columns": "lambda w: w",
        "use the SVD": "lambda w: torch.linalg.qr(w).Q",
        "take the left ones": "lambda w: torch.linalg.svd(w, full_matrices=False).Vh.T",
        "eigh sorts": "lambda w: torch.linalg.eigh(w @ w.T).eigenvectors[:, -3:]",
        "still mixtures": "lambda w: long1(w)",
        "the values are off": "lambda w: torch.linalg.svd(w, full_matrices=False).U.abs()",
        "returns a linalg_svd; a tensor is expected": "lambda w: torch.linalg.svd(w, full_matrices=False)",
        "put them into columns": "lambda w: torch.linalg.svd(w, full_matrices=False).U.T",
        "do not scale": "lambda w: (u := torch.linalg.svd(w, full_matrices=False)).U * u.S",
        "full_matrices=False": "lambda w: torch.linalg.svd(w).U",
    },
    "gan.check_gan_losses": {
        "swapped": "lambda r, d: [sp(r).mean() + sp(-d).mean(), sp(-d).mean()]",
        "saturating": "lambda r, d: [sp(-r).mean() + sp(d).mean(), -sp(d).mean()]",
        "this is −ln(1 − D)": "lambda r, d: [sp(-r).mean() + sp(d).mean(), sp(d).mean()]",
        "not sums": "lambda r, d: [sp(-r).sum() + sp(d).sum(), sp(-d).sum()]",
        "not real data": "lambda r, d: [sp(-r).mean() + sp(d).mean(), sp(-r).mean()]",
        "both signs are wrong": "lambda r, d: [-sp(-r).mean() - sp(d).mean(), -sp(-d).mean()]",
        "not their mean": "lambda r, d: [(sp(-r).mean() + sp(d).mean()) / 2, sp(-d).mean()]",
        "they are swapped": "lambda r, d: [sp(-d).mean(), sp(-r).mean() + sp(d).mean()]",
        "not probabilities": "lambda r, d: [-(r.sigmoid() + 1 - d.sigmoid()).mean(), -d.sigmoid().mean()]",
        "half of": "lambda r, d: [sp(-r).mean(), sp(-d).mean()]",
        "stopped": "lambda r, d: [r @ d.view(2, -1), 0]",
        "throughout": "lambda r, d: [sp(r).mean() + sp(-d).mean(), sp(d).mean()]",
        "the discriminator's too is a mean": "lambda r, d: [sp(-r).sum() + sp(d).sum(), sp(-d).mean()]",
        "these are bits": "lambda r, d: [1.442695 * (sp(-r) + sp(d)).mean(), 1.442695 * sp(-d).mean()]",
        "rounds to 0 or 1": "lambda r, d: [-(r.sigmoid() * (-d).sigmoid()).log().mean(), sp(-d).mean()]",
        "expected is shape (2,)": "lambda r, d: sp(-r).mean()",
    },
    "gan.check_optimal_discriminator": {
        "this is 1 − D*": "lambda x, a, s, b, t: 1 - best(x, a, s, b, t)",
        "1/s are missing": "lambda x, a, s, b, t: torch.sigmoid(((x - b) / t)**2 / 2 - ((x - a) / s)**2 / 2)",
        "log-odds": "lambda x, a, s, b, t: best(x, a, s, b, t).logit()",
        "the ratio p/q": "lambda x, a, s, b, t: best(x, a, s, b, t).logit().exp()",
        "½ in the exponent": "lambda x, a, s, b, t: best(x, a, s / 2**0.5, b, t / 2**0.5)",
        "standard deviation": "lambda x, a, s, b, t: best(x, a, s**0.5, b, t**0.5)",
        "use both standard deviations": "lambda x, a, s, b, t: best(x, a, s, b, s)",
        "sign of ln s": "lambda x, a, s, b, t: (best(x, a, s, b, t).logit() + 2 * math.log(s / t)).sigmoid()",
        "not 1/√s": "lambda x, a, s, b, t: torch.sigmoid(best(x, a, s, b, t).logit() + math.log(s / t) / 2)",
        "not 1/s²": "lambda x, a, s, b, t: torch.sigmoid(best(x, a, s, b, t).logit() - math.log(s / t))",
        "these data only": "lambda x, a, s, b, t: best(x, 0.5, 1.5, -0.5, 0.8)",
    },
    "gan.check_label_entropy": {
        "entropy in nats": "lambda p: predicted_entropy(p)",
        "in bits over": "lambda p: predicted_entropy(p) / math.log(2) / math.log(p.shape[1])",
        "averages the probabilities": "lambda p: torch.special.entr(p.mean(0)).sum() / math.log(p.shape[1])",
        "of the histogram of all": "lambda p: torch.special.entr(p).sum(1).mean() / math.log(p.shape[1])",
        "the sign": "lambda p: -predicted_entropy(p) / math.log(p.shape[1])",
        "not by K": "lambda p: predicted_entropy(p) / p.shape[1]",
        "divide the counts": "lambda p: torch.special.entr(p.argmax(1).bincount() / 1.0).sum() / math.log(5)",
        "not an entropy": "lambda p: p.amax(1).mean()",
        "not by ln n": "lambda p: predicted_entropy(p) / math.log(len(p))",
        "right here": "lambda p: predicted_entropy(p) / math.log(5)",
    },
    "family_portrait.check_bits_per_pixel": {
        "divide by d": "lambda n, d: n.mean() / math.log(2)",
        "nats per pixel": "lambda n, d: n.mean() / d",
        "multiplied by ln 2": "lambda n, d: n.mean() / d * math.log(2)",
        "multiplied by d": "lambda n, d: n.mean() * d / math.log(2)",
        "one number for all": "lambda n, d: n / d / math.log(2)",
        "take the mean": "lambda n, d: n.sum() / d / math.log(2)",
        "the sign": "lambda n, d: -n.mean() / d / math.log(2)",
        "divide by ln 2": "lambda n, d: n.log2().mean() / d",
        "log10": "lambda n, d: n.mean() / d / math.log(10)",
        "right for these data only": "lambda n, d: n.mean() / 36 / math.log(2)",
    },
    "family_portrait.check_marginalise_label": {
        "is missing: − ln c": "lambda g: g.logsumexp(1)",
        "the sign": "lambda g: g.logsumexp(1) + math.log(10)",
        "the mean of the logarithms": "lambda g: g.mean(1)",
        "use logsumexp": "lambda g: g.exp().mean(1).log()",
        "the others add": "lambda g: g.amax(1) - math.log(10)",
        "without its probability": "lambda g: g.amax(1)",
        "not over the data": "lambda g: g.logsumexp(0) - math.log(10)",
        "the sum of the logarithms": "lambda g: g.sum(1)",
        "divided the logarithm": "lambda g: g.logsumexp(1) / 10",
        "this is −log p(x)": "lambda g: math.log(10) - g.logsumexp(1)",
        "right for these data only": "lambda g: g.logsumexp(1) - math.log(10)",
    },
    "family_portrait.check_mean_rank": {
        "`lower` is not used: there": "lambda s, low: (s.argsort(0).argsort(0) + 1.0).mean(1)",
        "the wrong way round": "lambda s, low: (torch.where(low, -s, s).argsort(0).argsort(0) + 1.0).mean(1)",
        "rank 1 throughout": "lambda s, low: ((-s).argsort(0).argsort(0) + 1.0).mean(1)",
        "start with 1": "lambda s, low: torch.where(low, s, -s).argsort(0).argsort(0).float().mean(1)",
        "sort that again": "lambda s, low: (torch.where(low, s, -s).argsort(0) + 1.0).mean(1)",
        "not the columns in a row": "lambda s, w: (torch.where(w, s, -s).argsort().argsort() + 1.0).mean(1)",
        "over the columns is missing": "lambda s, low: torch.where(low, s, -s).argsort(0).argsort(0) + 1.0",
        "over dim 1": "lambda s, low: (torch.where(low, s, -s).argsort(0).argsort(0) + 1.0).mean(0)",
        "the sum of the ranks": "lambda s, low: (torch.where(low, s, -s).argsort(0).argsort(0) + 1.0).sum(1)",
        "not of ranks": "lambda s, low: torch.where(low, s, -s).mean(1)",
    },
}


net, nn = models.mlp, torch.nn
gkl = models.gaussian_kl


def conv(k):
    layers = [nn.Unflatten(1, (1, 28, 28)), nn.Conv2d(1, 4, 4, 2, 1), nn.SiLU(), nn.Flatten()]
    return nn.Sequential(*layers, nn.Linear(784, k))


def convolutions(outputs=40, last=None, k=20):
    encoder = [nn.Unflatten(1, (1, 28, 28)), nn.Conv2d(1, 4, 4, 2, 1), nn.Flatten(), nn.Linear(784, outputs)]
    decoder = [nn.Linear(k, 784), nn.Unflatten(1, (4, 14, 14)), nn.ConvTranspose2d(4, 1, 4, 2, 1)]
    return nn.Sequential(*encoder), nn.Sequential(*decoder, *([nn.Flatten()] if last is None else last))


def put(x, u, p, below, between):
    return torch.where(u < p / 2, float(below), torch.where(u < p, float(between), x))


def loss_of(x_hat, x, squares, variance, log):
    """The loss of a σ-VAE with something else in the slots of the KL."""
    return (fit_nll(x_hat, x) + 0.5 * (squares + variance - 1 - log).sum(1)).mean()


def lost(names, mu, log_var):
    """Half of some terms of the KL."""
    terms = dict(zip(TERMS, (mu**2, log_var.exp(), 0 * mu - 1, -log_var), strict=True))
    return sum(terms[name] for name in names).sum(1).mean() / 2


def off(z, mu, log_var, factor):
    """What log w gains if (z − mean)² has a factor other than 1/s² in log q."""
    return ((z - mu[:, None]) ** 2 * (factor - (-log_var).exp())[:, None]).sum(2) / 2


def halves(names, z, mu, log_var):
    """What log w gains if the ½ before some of its terms is lost."""
    away = (z - mu[:, None]) ** 2 / log_var.exp()[:, None] / 2
    terms = dict(zip(HALVES, (log_var[:, None] / 2, away, -(z**2) / 2), strict=True))
    return sum(terms[name] for name in names).expand_as(z).sum(2)


def eye(x):
    return torch.eye(x.shape[1])


def wiener(c, sigma):
    return c @ (c + sigma**2 * torch.eye(len(c))).inverse()


def bert(x, selected, masked, swapped, other, mask_token):
    return torch.where(selected & masked, mask_token, torch.where(selected & swapped, other, x))


def kl(mean, std):
    return (mean**2 + std**2 - 1) / 2 - std.log()


def likelihood(x, x_hat, mu, log_var, sigma):
    return torch.distributions.Normal(x_hat, sigma).log_prob(x).sum()


def rate(x, x_hat, mu, log_var, sigma):
    return models.gaussian_kl(mu[None], log_var[None])[0]


def elbo(*inputs):
    return likelihood(*inputs) - rate(*inputs)


def nats(number):
    return math.log(number)


def log_q(z, mu, log_var):
    return torch.distributions.Normal(mu[:, None], (log_var / 2).exp()[:, None]).log_prob(z).sum(2)


def one(grid, m, s):
    return torch.distributions.Normal(m, s).log_prob(grid)


def two(grid, m, s):
    return torch.logaddexp(one(grid, m, s), one(grid, -m, s)) - nats(2)


def on_grid(joint, step, log_q):
    return (log_q.exp() * (joint - log_q)).sum() * step


def fit_nll(x_hat, x, s=None):
    s = (x - x_hat).square().mean() ** 0.5 if s is None else s
    return -torch.distributions.Normal(x_hat, s).log_prob(x).sum(1)


def log_w(log_likelihood, z, mu, log_var, prior=1, q=1):
    log_prior = log_q(z, 0 * mu, 0 * mu)
    return log_likelihood + prior * log_prior - q * log_q(z, mu, log_var)


def iwae(*inputs, **options):
    return log_w(*inputs, **options).logsumexp(1) - nats(inputs[1].shape[1])


def squares(x, x_hat, *_):
    return (x - x_hat).square().sum() / 2


def H(p):
    return torch.special.entr(p).sum()


def fractions(tokens, K):
    return torch.bincount(tokens.flatten(), minlength=K) / tokens.numel()


def eH(tokens, K):
    return H(fractions(tokens, K)).exp()


def kalman(m, P, x, A, Q, C, R):
    m, P = m @ A.T, A @ P @ A.T + Q
    K = P @ C.T @ torch.linalg.inv(C @ P @ C.T + R)
    return m + (x - m @ C.T) @ K.T, P - K @ C @ P


def accumulated(A, Q, first, last):
    return sum(A.matrix_power(i) @ Q @ A.matrix_power(i).T for i in range(first, last))


def sp(logits):
    return torch.nn.functional.softplus(logits)


def best(x, a, s, b, t):
    return torch.sigmoid(((x - b) / t) ** 2 / 2 - ((x - a) / s) ** 2 / 2 + math.log(t / s))


def predicted_entropy(p):
    return torch.special.entr(torch.bincount(p.argmax(1), minlength=p.shape[1]) / len(p)).sum()


def keep(z, size, k):
    return torch.zeros_like(z).scatter(1, size.topk(k, 1).indices, 1) * z


def flat(a, b, c):
    return torch.nn.Sequential(torch.nn.Linear(a, b), torch.nn.Linear(b, c))


def then_relu(module):
    return torch.nn.Sequential(module, torch.nn.ReLU())


def hot(y):
    return torch.nn.functional.one_hot(y, 10).float()


def stripe(x, kept):
    return (torch.arange(784) // 28 % 2 == kept).float().expand_as(x)


def kl2(m, v, pm, pv):
    return 0.5 * (((m - pm) ** 2 + v.exp()) / torch.as_tensor(pv).exp() - 1 + pv - v)


def traverse(z, j, values):
    rows = z.repeat(len(values), 1)
    rows[:, j] = values
    return rows


def unit(w):
    return w / w.norm()


def long1(a):
    return a / a.norm(dim=0)


def cov(a):
    return a.T.cov(correction=0)


def within(a, b):
    s = (len(a) * a.T.cov(correction=0) + len(b) * b.T.cov(correction=0)) / (len(a) + len(b))
    return torch.linalg.eigh(s)


def t(a, b):
    values, u = within(a, b)
    return u / values.sqrt()


def power(a, b, p):
    values, u = within(a, b)
    return u * values**p @ u.T @ (a.mean(0) - b.mean(0))


def between(t, y, power=1):
    return sum(t[y == c].sum() ** 2 / (y == c).sum() ** power for c in y.unique())


def q(a):
    return torch.linalg.qr(a).Q


def cosines(a, b):
    return torch.linalg.svdvals(q(a).T @ q(b)).clamp(max=1)


def deg(values):
    return values.clamp(max=1).acos().rad2deg().flip(0)


def lap(u, low=None):
    return torch.where(u <= 0.5 if low is None else low, (2 * u).log(), -(2 - 2 * u).log())


def score_s(z, m, s):
    return (z - m) ** 2 / s**3 - 1 / s


def top(values):
    return torch.eye(values.shape[1])[values.argmax(1)]


def soft(values, tau):
    return (values / tau).softmax(1)


def through(value, p):
    return value + (p - p.detach())


def exercises(path):
    """(checker, name of the function, solution) of a notebook's stubs and the folded blocks below them."""
    cells = read(path)["cells"]
    for i, cell in enumerate(cells):
        call = re.search(r"exercises\.(check_\w+)\((\w+)\)", source(cell))
        if cell["cell_type"] == "code" and call:
            solution = re.search(r"<details>.*?```python\n(.*?)```", source(cells[i + 1]), re.DOTALL)
            yield f"{path.stem[3:].removesuffix('_deeper')}.{call[1]}", call[2], solution[1]


EXERCISES = [found for path in PATHS for found in exercises(path)]


def feedback(checker, function, capsys):
    module, name = checker.split(".")
    getattr(importlib.import_module(f"helpers.exercises.{module}"), name)(function)
    return capsys.readouterr().out


@pytest.mark.parametrize(("checker", "name", "solution"), EXERCISES, ids=[e[0] for e in EXERCISES])
def test_solution_passes(checker, name, solution, capsys):
    space = {"torch": torch, "gaussian_kl": models.gaussian_kl}  # the latter is taught in notebooks 08 and 10
    exec(compile(ast.parse(solution), checker, "exec"), space)
    assert feedback(checker, space[name], capsys).startswith("✓ Right.")


@pytest.mark.parametrize("checker", [e[0] for e in EXERCISES])
def test_stub_and_mistakes_are_distinguished(checker, capsys):
    assert feedback(checker, lambda *_: ..., capsys).startswith("Not attempted yet")
    assert len(WRONG[checker]) >= 3, "list at least three wrong answers"
    for hint, wrong in WRONG[checker].items():
        said = feedback(checker, eval(wrong), capsys)
        assert said.startswith("✗ Not yet") and hint in said, f"{wrong} got: {said}"


# further ways to make the same mistake: (checker, hint, wrong answer)
ALSO = [
    ("autoencoder.check_make_autoencoder", "the decoder must", "lambda d, k: (net(d, 32, k), net(d, 32, k))"),
    ("start_here.check_squared_error", "leave it squared", "lambda x, r: (x - r).square().mean().sqrt()"),
    ("start_here.check_squared_error", "leave it squared", "lambda x, r: (x - r).norm()"),
    ("start_here.check_squared_error", "one error per pixel", "lambda x, r: (x - r).square().sum(0)"),
    ("start_here.check_decode", "one for all", "lambda z, mean, w: mean + z.sum(1, True) * w.sum(0)"),
    ("autoencoder.check_interpolate", "whole numbers",
     "lambda a, b, n: a + torch.arange(1, n + 1)[:, None] * (b - a)"),
    ("vae.check_sigma_vae_loss", "not σ.", "lambda h, x, m, v: loss_of(h, x, m**2, v**2, v)"),
    ("vae.check_sigma_vae_loss", "not σ.", "lambda h, x, m, v: loss_of(h, x, m**2, v**2, v.log())"),
    ("vae.check_sigma_vae_loss", "a logarithm", "lambda h, x, m, v: loss_of(h, x, m**2, v.exp(), v / 2)"),
    ("vae.check_count_active_units", "one of all numbers", "lambda m: m.var()"),
    ("vae.check_count_active_units", "not the means above", "lambda m: (m.abs() > 0.01).sum()"),
]  # fmt: skip


@pytest.mark.parametrize(("checker", "hint", "wrong"), ALSO)
def test_further_ways_to_make_a_mistake(checker, hint, wrong, capsys):
    assert hint in feedback(checker, eval(wrong), capsys)


@pytest.mark.parametrize("checker", [e[0] for e in EXERCISES])
def test_hints_all_differ(checker, capsys):
    said = [feedback(checker, eval(wrong), capsys) for wrong in WRONG[checker].values()]
    assert len(set(said)) == len(said)


class Own(Exception):
    """An exception whose message cannot be made."""

    def __str__(self):
        raise ValueError("no message")


RAISED = [ZeroDivisionError("division by zero"), KeyError("x"), RecursionError("too deep"), AssertionError(),
          OverflowError("too large\nand a second line"), torch.OutOfMemoryError("full"), StopIteration(),
          Own()]  # fmt: skip


@pytest.mark.parametrize("checker", [e[0] for e in EXERCISES])
def test_any_exception_becomes_one_line_with_its_type(checker, capsys):
    for error in RAISED:

        def stops(*_, error=error):
            raise error

        said = feedback(checker, stops, capsys)
        assert said.startswith("✗ Not yet: your code stopped with «") and said.count("\n") == 1
        message = str(error.args[0]).split("\n")[0] if error.args else ""
        assert type(error).__name__ in said and message in said


@pytest.mark.parametrize("checker", [e[0] for e in EXERCISES])
def test_a_result_of_no_use_is_told_and_an_interrupt_passes(checker, capsys):
    for result in ("text", {"loss": 1}, object(), [[1, 2], [3]]):
        assert feedback(checker, lambda *_, result=result: result, capsys).startswith("✗ Not yet: your ")

    def interrupted(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        feedback(checker, interrupted, capsys)
