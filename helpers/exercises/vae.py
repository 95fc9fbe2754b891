"""Checkers of 10_vae."""

import math

import torch
from torch import nn

from helpers.exercises import example, grade


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
        "the ½ of the KL belongs to all of its parts.": pixels + 2 * kl - 0.5 * (mu**2).sum(1),
        "the −1 in the KL is missing: for q = prior it must be 0.": pixels + kl + 1.5,
        "exp is missing: σ² = exp(log_var).": pixels + kl_of(log_var, log_var),
        "log_var is ln σ², not σ.": pixels + kl_of(log_var**2, 2 * log_var.log()),
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
    }  # fmt: skip
    mistakes = {hint: value.mean() for hint, value in each.items()}
    mistakes["one number: average over the batch."] = pixels + kl
    zero, one, uneven = torch.zeros(2, 3), torch.ones(2, 3), torch.tensor([[3.0, 5.0, 1.0], [1.0, 3.0, 3.0]])
    second_case = (zero, uneven, one, one), 3 * (math.log(18 * math.pi * math.e) + math.e - 1) / 2
    inputs, success_message = (x_hat, x, mu, log_var), "The data choose s, and with it the weight of the KL."
    grade(answer, inputs, (pixels + kl).mean(), mistakes, success_message, second_case)


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
    }
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
        with torch.no_grad():
            z, logits = encoder(example(3, 784).sigmoid()), decoder(100 * (example(3, 20) - 3))
        convolutional = [any(isinstance(m, (nn.Conv2d, nn.ConvTranspose2d)) for m in network.modules())
                         for network in networks]  # fmt: skip
        logits_only = logits.min() < 0 or logits.max() > 1
        return torch.tensor([z.shape[1], logits.shape[1], *convolutional, logits_only])

    mistakes = {
        "the encoder needs 40 outputs: a mean and a log-variance for each of 20 latent dimensions.":
            [20, 784, 1, 1, 1],
        "flatten the decoder's output: (n, 784), not (n, 1, 28, 28).": [40, 1, 1, 1, 1],
        "the encoder has no convolution.": [40, 784, 0, 1, 1],
        "the decoder has no (transposed) convolution.": [40, 784, 1, 0, 1],
        "neither network has a convolution.": [40, 784, 0, 0, 1],
        "the decoder must output logits: leave out the sigmoid at its end.": [40, 784, 1, 1, 0],
    }  # fmt: skip
    mistakes = {hint: torch.tensor(value) for hint, value in mistakes.items()}
    expected = torch.tensor([40, 784, 1, 1, 1])
    success = "Now train it as in the solution, and compare its loss with section 4's."
    grade(describe, (), expected, mistakes, success, tolerance=1e-6)
