"""Checkers of 10_vae."""

import math
from itertools import combinations, product

import torch
from torch import nn

from helpers.exercises import example, grade
from helpers.exercises.autoencoder import takes


def check_sigma_vae_loss(answer):
    """sigma_vae_loss(x_hat, x, mu, log_var): (n, d), (n, d), (n, q), (n, q) -> a number in nats."""
    x_hat, x = example(5, 7), example(5, 7, seed=1) + 1
    mu, log_var = example(5, 3, seed=2) / 3, example(5, 3, seed=3).abs() / 4 + 0.2
    error = x - x_hat
    best = error.square().mean()

    def nll(variance):
        return 0.5 * (error.square() / variance + (2 * math.pi * variance).log()).sum(1)

    def kl_of(variance, log_var):
        return 0.5 * (mu**2 + variance - 1 - log_var).sum(1)

    pixels, kl, half = nll(best), kl_of(log_var.exp(), log_var), 7 / 2
    each = {
        "sum over the pixels: their mean implies β = d.": pixels / 7 + kl,
        "sum over the latent dimensions: their mean implies β = 1/q.": pixels + kl / 3,
        "only the batch is averaged; pixels and latent dimensions are summed.": pixels / 7 + kl / 3,
        "average over the batch, do not sum: the loss must not grow with the batch.": 5 * (pixels + kl),
        "the KL is averaged over the batch, the reconstruction loss is not.": 5 * pixels + kl,
        "the reconstruction loss is a mean over all, the KL a sum over all.": pixels / 7 + 5 * kl,
        "the KL is a penalty: add it.": pixels - kl,
        "that is the ELBO; the loss is minus the ELBO.": -pixels - kl,
        "the log-density enters with a minus sign.": kl - pixels,
        "the KL is missing: that is an autoencoder's loss.": pixels,
        "the KL has a ½.": pixels + 2 * kl,
        "the −1 in the KL is missing: for q = prior it must be 0.": pixels + kl + 1.5,
        "exp is missing: σ² = exp(log_var).": pixels + kl_of(log_var, log_var),
        "log_var is ln σ², not σ.": tuple(
            pixels + kl_of(log_var**2, log) for log in (2 * log_var.log(), log_var.log(), log_var)),
        "log_var is ln σ², not σ².": pixels + kl_of(log_var, log_var.log()),
        "exp(½ log_var) is σ: the KL has σ² = exp(log_var).": pixels + kl_of((0.5 * log_var).exp(), log_var),
        "exp(log_var) is σ² already: do not square it.": pixels + kl_of((2 * log_var).exp(), log_var),
        "exp(−log_var) is 1/σ².": pixels + kl_of((-log_var).exp(), log_var),
        "the last term is log_var itself, a logarithm already.": tuple(
            pixels + kl_of(log_var.exp(), log) for log in (log_var.log(), 0.5 * log_var)),
        "mu and log_var are swapped in the KL.": pixels + 0.5 * (log_var**2 + mu.exp() - 1 - mu).sum(1),
        "that is the KL the other way round, from the prior to q.":
            pixels + 0.5 * ((1 + mu**2) / log_var.exp() - 1 + log_var).sum(1),
        "the means are squared in the KL.": pixels + kl + 0.5 * (mu - mu**2).sum(1),
        "square each mean before you sum.": pixels + kl + 0.5 * (mu.sum(1) ** 2 - (mu**2).sum(1)),
        "the means are missing in the KL.": pixels + kl - 0.5 * (mu**2).sum(1),
        "log_var is ln σ², not ln σ.": pixels + kl_of((2 * log_var).exp(), 2 * log_var),
        "that is the best s², but Normal takes s: the root is missing.": nll(best**2) + kl,
        "that is s = 1: which s is the best for this batch?": nll(torch.ones(())) + kl,
        "one s for all: average the squared error over the batch, too.":
            nll(error.square().mean(1, keepdim=True)) + kl,
        "one s for all: average the squared error over the pixels, too.": nll(error.square().mean(0)) + kl,
        "s² is the mean of the squared error, not the variance of the error.": nll(error.var()) + kl,
        "the squared error divided by 2s² is missing: it is d/2.": pixels - half + kl,
        "the density has a ½ before the squared error: at the best s this is d/2, not d.": pixels + half + kl,
        "d ln s is missing: the density is divided by s for each pixel.": pixels - half * best.log() + kl,
        "ln s² has a ½, too.": pixels + half * best.log() + kl,
        "½ ln 2π is missing for each pixel.": pixels - half * math.log(2 * math.pi) + kl,
        "ln 2π has a ½.": pixels + half * math.log(2 * math.pi) + kl,
        "the sign of ln s is wrong: the density is divided by s.": pixels - 2 * half * best.log() + kl,
        "the sign of ½ ln 2π is wrong.": pixels - 2 * half * math.log(2 * math.pi) + kl,
        "the sign of the squared error is wrong.": pixels - 2 * half + kl,
        "the mean of the squared error is s² already: its root is s.": nll(best.sqrt()) + kl,
        "s² is the squared error of one pixel: average over the pixels, do not sum.": nll(7 * best) + kl,
        "s² is the mean of the squares, not the square of the mean size.": nll(error.abs().mean() ** 2) + kl,
    }  # fmt: skip
    terms = {"mu²": mu**2, "exp(log_var)": log_var.exp(), "1": 0 * mu - 1, "log_var": -log_var}
    for names in [names for r in (1, 2, 3) for names in combinations(terms, r)]:
        hint = f"the ½ belongs to all four terms of the KL; it is missing before {' and '.join(names)}."
        each[hint] = pixels + kl + 0.5 * sum(terms[name] for name in names).sum(1)
    for name, term in terms.items():
        each[f"the sign of {name} in the KL is wrong."] = pixels + kl - term.sum(1)
    slips = {"is right": (1, 0), "is averaged over dim 1 too": (1, 1), "is summed over the batch too": (5, 0),
             "is summed over the batch and averaged over dim 1": (5, 1)}  # fmt: skip
    for (a, (n, d)), (b, (m, q)) in product(slips.items(), slips.items()):
        hint = f"sum over dim 1, then average over the batch: your reconstruction loss {a}, your KL {b}."
        each[hint] = pixels * n / 7**d + kl * m / 3**q
    mistakes = {hint: tuple(value.mean() for value in (values if isinstance(values, tuple) else (values,)))
                for hint, values in each.items()}  # fmt: skip
    mistakes["one number: average over the batch."] = pixels + kl
    zero, one, uneven = torch.zeros(2, 3), torch.ones(2, 3), torch.tensor([[3.0, 5.0, 1.0], [1.0, 3.0, 3.0]])
    second_case = (zero, uneven, one, one), 3 * (math.log(18 * math.pi * math.e) + math.e - 1) / 2
    inputs, success_message = (x_hat, x, mu, log_var), "The data choose s, and with it the weight of the KL."
    expected = (pixels + kl).mean()
    grade(answer, inputs, expected, mistakes, success_message, second_case, tolerance=1e-5)


def check_weighted_bound(answer):
    """weighted_bound(log_likelihood, z, mu, log_var): (n, k), (n, k, q), (n, q), (n, q) -> (n,)."""
    log_likelihood, eps = -500 + 3 * example(5, 8), (example(40, 3, seed=3) - 3).view(5, 8, 3)
    mu, log_var = example(5, 3, seed=1) / 3, example(5, 3, seed=2).abs() / 4 + 0.2
    m, log_s, k, half = mu[:, None], 0.5 * log_var[:, None], math.log(8), math.log(2 * math.pi) / 2
    z = m + log_s.exp() * eps

    def log_q(s, m=m):
        return torch.distributions.Normal(m, s).log_prob(z)

    def bound(ratio, log_likelihood=log_likelihood):
        return (log_likelihood + ratio.sum(2)).logsumexp(1) - k

    prior, q = log_q(1, 0), log_q(log_s.exp())
    log_w, expected = log_likelihood + (prior - q).sum(2), bound(prior - q)
    kl = 0.5 * (mu**2 + log_var.exp() - 1 - log_var).sum(1)
    mistakes = {
        "the prior p(z) is missing.": bound(-q),
        "q is missing: the weight is p(x|z) p(z)/q(z|x).": bound(prior),
        "subtract log q, do not add it.": bound(prior + q),
        "the ratio is upside down: p(z)/q(z|x).": bound(q - prior),
        "the likelihood is missing.": bound(prior - q, 0),
        "that is the ELBO: the mean must be inside the logarithm.": log_w.mean(1),
        "a mean over k, not a sum: subtract ln k.": expected + k,
        "k is the number of samples, not of examples.": expected + k - math.log(5),
        "average over the samples (dim 1), not over the batch.": log_w.logsumexp(0) - math.log(5),
        "one number per example: do not average over the batch.": expected.mean(),
        "one number per example: do not sum over the batch.": expected.sum(),
        "those are the log-weights: the logarithm of the weights' mean is missing.": log_w,
        "−inf: exp(−500) is 0 in the computer. Stay with logarithms: logsumexp.": log_w.exp().mean(1).log(),
        "the sign is wrong: that is the loss.": -expected,
        "the closed-form KL is the same for all samples: use each one's log p(z) − log q.": bound(0 * z) - kl,
        "that is the ELBO with the closed-form KL: each sample needs its own weight.":
            log_likelihood.mean(1) - kl,
        "log_var is ln s², not s.": bound(prior - log_q(2 * log_s)),
        "log_var is ln s², not ln s: the ½ is missing.": bound(prior - log_q((2 * log_s).exp())),
        "q is centred at its mean: z − mean.": bound(prior - log_q(log_s.exp(), 0)),
        "½ ln 2π is in log p(z), but missing in log q.": bound(prior - q - half),
        "½ ln 2π is in log q, but missing in log p(z).": bound(prior - q + half),
        "log_var is ln s², not s².": bound(prior - log_q(log_var[:, None].sqrt())),
        "exp is missing: ½ log_var is ln s, not s.": bound(prior - log_q(log_s)),
        "mu and log_var are swapped.": bound(prior - log_q((0.5 * m).exp(), log_var[:, None])),
        "−½ log_var is missing in log q.": bound(prior - q - log_s),
        "½ log_var has the wrong sign in log q.": bound(prior - q - 2 * log_s),
        "divide (z − mean)² by s², not by s.": bound(prior - q - eps**2 / 2 + eps**2 * log_s.exp() / 2),
        "divide (z − mean)² by s².": bound(prior - q - eps**2 / 2 + (z - m) ** 2 / 2),
        "the prior's mean is 0, not mu.": bound(log_q(1) - q),
        "the prior's standard deviation is 1, not s.": bound(log_q(log_s.exp(), 0) - q),
        "sum over the latent dimensions, do not average.":
            (log_likelihood + (prior - q).mean(2)).logsumexp(1) - k,
        "log p(z) − log q belongs inside the logarithm of the mean.":
            log_likelihood.logsumexp(1) - k + (prior - q).sum(2).mean(1),
        "subtract ln k; you added it.": expected + 2 * k,
        "subtract ln k, not k.": expected + k - 8,
        "the mean is inside the logarithm: subtract ln k, do not divide by k.": (expected + k) / 8,
        "the largest weight alone is not the mean.": log_w.amax(1),
    }  # fmt: skip
    halves = {"log_var in log q": log_s, "(z − mean)²/s² in log q": eps**2 / 2, "z² in log p(z)": -(z**2) / 2}
    for names in [names for r in (1, 2, 3) for names in combinations(halves, r)]:
        hint = f"the ½ is missing before {' and '.join(names)}."
        mistakes[hint] = bound(prior - q + sum(halves[name] for name in names))
    other = torch.tensor([[-100, math.log(3) - 100]]), torch.zeros(1, 2, 1), torch.zeros(1, 1)
    second_case = (*other, torch.full((1, 1), 2 * math.log(3))), torch.tensor([math.log(6) - 100])
    inputs, success_message = (log_likelihood, z, mu, log_var), "The average is inside the logarithm."
    grade(answer, inputs, expected, mistakes, success_message, second_case, tolerance=1e-6)


def check_count_active_units(answer):
    """count_active_units(mu): (n, q) -> int, the number of columns with a variance above 0.01."""
    std = torch.tensor([1.0] * 2 + [0.2] * 5 + [0.05] * 4 + [0.001] * 9)
    centre = torch.tensor([0, -1] + [0] * 8 + [0.5] * 3 + [-0.5] * 2 + [0] * 5)
    eps = example(40, 20) - example(40, 20).mean(0)
    mu = centre + std * eps / eps.std(0)
    variance = mu.var(0)
    mistakes = {
        "the variance of each latent dimension is needed, not its mean.": (mu.mean(0) > 0.01).sum(),
        "not centred: subtract the mean before you square.": (mu.square().mean(0) > 0.01).sum(),
        "the variance above 0.01, not the standard deviation.": (variance.sqrt() > 0.01).sum(),
        "the variance is over the data (dim 0), not over the latent dimensions.": (mu.var(1) > 0.01).sum(),
        "a count is expected, not a fraction.": (variance > 0.01).double().mean(),
        "those are the inactive dimensions.": (variance <= 0.01).sum(),
        "the threshold is 0.01, not 0.1.": (variance > 0.1).sum(),
        "that is a mask: count its True.": variance > 0.01,
        "those are the variances: how many are above 0.01?": variance,
        "that is the number of all latent dimensions.": len(variance),
        "the variance is over the data (dim 0): you took one of all numbers.": (
            (mu.var() > 0.01).double(), mu.var(), (variance.mean() > 0.01).double()),
        "count the dimensions, not the means above 0.01.": ((mu > 0.01).sum(), (mu.abs() > 0.01).sum()),
    }
    second_case = (torch.tensor([[0, 0, 2.0], [1, 0.1, 2.5]]),), 2
    grade(answer, (mu,), 7, mistakes, "The other dimensions carry no information.", second_case)


def check_conv_networks(answer):
    """conv_networks() -> encoder (n, 784) -> (n, 40) and decoder (n, 20) -> (n, 784), with convolutions."""

    def describe():
        networks = answer()
        if networks is ... or networks is None:
            return networks
        encoder, decoder = networks
        if takes(encoder, 20) and takes(decoder, 784):
            return torch.zeros(5)
        if takes(decoder, 40) and not takes(decoder, 20):
            return torch.ones(5)
        with torch.no_grad():
            z, logits = encoder(example(3, 784).sigmoid()), decoder(100 * (example(3, 20) - 3))
        convolutional = [any(isinstance(m, (nn.Conv2d, nn.ConvTranspose2d)) for m in network.modules())
                         for network in networks]  # fmt: skip
        logits_only = logits.min() < 0 or logits.max() > 1
        unbounded = logits_only and (z.min() < 0 or z.shape[1] != 40)
        return torch.tensor([z.shape[1], logits.shape[1], *convolutional, int(logits_only) + int(unbounded)])

    mistakes = {
        "the encoder needs 40 outputs: a mean and a log-variance for each of 20 latent dimensions.":
            [20, 784, 1, 1, 2],
        "flatten the decoder's output: (n, 784), not (n, 1, 28, 28).": [40, 1, 1, 1, 2],
        "the encoder has no convolution.": [40, 784, 0, 1, 2],
        "the decoder has no (transposed) convolution.": [40, 784, 1, 0, 2],
        "neither network has a convolution.": [40, 784, 0, 0, 2],
        "the decoder must output logits: leave out the sigmoid at its end.": [40, 784, 1, 1, 0],
        "means and log-variances may be negative: no activation function at the encoder's end.":
            [40, 784, 1, 1, 1],
        "encoder and decoder are swapped: return the encoder first.": [0, 0, 0, 0, 0],
        "the decoder's input is a sample, 20 numbers, not the encoder's 40 outputs.": [1, 1, 1, 1, 1],
    }  # fmt: skip
    mistakes = {hint: torch.tensor(value) for hint, value in mistakes.items()}
    expected = torch.tensor([40, 784, 1, 1, 2])
    success = "Now train it as in the solution, and compare its loss with section 4's."
    grade(describe, (), expected, mistakes, success, tolerance=1e-6)
