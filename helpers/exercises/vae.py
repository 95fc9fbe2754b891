"""Checkers of 10_vae."""

import math

import torch

from helpers.exercises import example, grade


def check_vae_loss(yours):
    """vae_loss(logits, x, mean, log_variance): (n, d), (n, d), (n, q), (n, q) -> a number in nats."""
    logits, x = (example(5, 7) - 3).sigmoid(), (example(5, 7, seed=1) > 3).float()
    mean, log_variance = example(5, 3, seed=2) / 3, example(5, 3, seed=3).abs() / 4 + 0.2
    p = logits.sigmoid()

    def pixels(p):
        return -(x * p.log() + (1 - x) * (1 - p).log()).sum(1)

    def codes(variance, log_variance):
        return 0.5 * (mean**2 + variance - 1 - log_variance).sum(1)

    error, kl = pixels(p), codes(log_variance.exp(), log_variance)
    each = {
        "sum over the pixels: their mean (torch's default) makes β secretly d.": error / 7 + kl,
        "sum over the codes: their mean makes β secretly 1/q.": error + kl / 3,
        "only the data are averaged; pixels and codes are summed.": error / 7 + kl / 3,
        "average over the data, do not sum: the loss must not grow with the batch.": 5 * (error + kl),
        "the KL is averaged over the data, the cross-entropy is not.": 5 * error + kl,
        "the cross-entropy is a mean over all, the KL a sum over all.": error / 7 + 5 * kl,
        "the KL is a cost: add it.": error - kl,
        "that is the ELBO; the loss is minus the ELBO.": -error - kl,
        "the cross-entropy is −log p(x|z) already: it comes with a plus.": kl - error,
        "the KL is missing: that is an autoencoder's loss.": error,
        "the KL has a ½.": error + 2 * kl,
        "the −1 in the KL is missing: for q = prior it must be 0.": error + kl + 1.5,
        "exp is missing: s² = exp(log_variance).": error + codes(log_variance, log_variance),
        "log_variance is ln s², not s.": error + codes(log_variance**2, 2 * log_variance.log()),
        "log_variance is ln s², not ln s.": error + codes((2 * log_variance).exp(), 2 * log_variance),
        "logits are log-odds, not probabilities: p = sigmoid(logits).": pixels(logits) + kl,
        "sigmoid is applied twice: a loss “with logits” applies it itself.": pixels(p.sigmoid()) + kl,
        "pixels without ink count too: (1 − x) ln(1 − p) is missing.": -(x * p.log()).sum(1) + kl,
        "Bernoulli pixels want the cross-entropy, not the squared error.": (x - p).square().sum(1) + kl,
    }
    mistakes = {hint: value.mean() for hint, value in each.items()}
    mistakes["one number: average over the data."] = error + kl
    inputs, right, one = (logits, x, mean, log_variance), (error + kl).mean(), torch.ones(2, 3)
    also = (one, 0 * one, one, one), 3 * (math.log(1 + math.e) + (math.e - 1) / 2)
    grade(yours, inputs, right, mistakes, "Sums over pixels and codes, a mean over the data.", also=also)


def check_weighted_bound(yours):
    """weighted_bound(log_likelihood, z, mean, log_variance): (n, k), (n, k, q), (n, q), (n, q) -> (n,)."""
    start, noise = -500 + 3 * example(5, 8), (example(40, 3, seed=3) - 3).view(5, 8, 3)
    mean, log_variance = example(5, 3, seed=1) / 3, example(5, 3, seed=2).abs() / 4 + 0.2
    m, log_s, k, half = mean[:, None], 0.5 * log_variance[:, None], math.log(8), math.log(2 * math.pi) / 2
    z = m + log_s.exp() * noise

    def log_q(s, m=m):
        return torch.distributions.Normal(m, s).log_prob(z)

    def bound(ratio, start=start):
        return (start + ratio.sum(2)).logsumexp(1) - k

    prior, q = log_q(1, 0), log_q(log_s.exp())
    log_w, right = start + (prior - q).sum(2), bound(prior - q)
    kl = 0.5 * (mean**2 + log_variance.exp() - 1 - log_variance).sum(1)
    mistakes = {
        "the prior p(z) is missing.": bound(-q),
        "q is missing: the weight is p(x|z) p(z)/q(z|x).": bound(prior),
        "log q is taken off, not added.": bound(prior + q),
        "the ratio is upside down: p(z)/q(z|x).": bound(q - prior),
        "the likelihood is missing.": bound(prior - q, 0),
        "that is the ELBO: the mean must be inside the logarithm.": log_w.mean(1),
        "a mean over k, not a sum: ln k comes off.": right + k,
        "k is the number of rolls, not of data.": right + k - math.log(5),
        "average over the rolls (dimension 1), not over the data.": log_w.logsumexp(0) - math.log(5),
        "one number a datum: do not average over the data.": right.mean(),
        "one number a datum: do not sum over the data.": right.sum(),
        "those are the log-weights: the logarithm of the weights' mean is missing.": log_w,
        "−inf: exp(−500) is 0 in the computer. Stay with logarithms: logsumexp.": log_w.exp().mean(1).log(),
        "the sign is turned: that is the loss.": -right,
        "the closed KL is the same for all rolls: take each roll's own log p(z) − log q.": bound(0 * z) - kl,
        "that is the ELBO with the closed KL: each roll has a weight of its own.": start.mean(1) - kl,
        "log_variance is ln s², not s.": bound(prior - log_q(2 * log_s)),
        "log_variance is ln s², not ln s: the ½ is missing.": bound(prior - log_q((2 * log_s).exp())),
        "q lies around its mean: z − mean.": bound(prior - log_q(log_s.exp(), 0)),
        "½ ln 2π stands in log p(z), but is missing in log q.": bound(prior - q - half),
        "½ ln 2π stands in log q, but is missing in log p(z).": bound(prior - q + half),
    }
    other = torch.tensor([[-100, math.log(3) - 100]]), torch.zeros(1, 2, 1), torch.zeros(1, 1)
    also = (*other, torch.full((1, 1), 2 * math.log(3))), torch.tensor([math.log(6) - 100])
    inputs, praise = (start, z, mean, log_variance), "The rolls are averaged inside the logarithm."
    grade(yours, inputs, right, mistakes, praise, also=also, tolerance=1e-6)


def check_active(yours):
    """active(mean): (n, q) -> a whole number, how many codes vary over the data by more than .01."""
    spread = torch.tensor([1.0] * 2 + [0.2] * 5 + [0.05] * 4 + [0.001] * 9)
    centre = torch.tensor([0, -1] + [0] * 8 + [0.5] * 3 + [-0.5] * 2 + [0] * 5)
    noise = example(40, 20) - example(40, 20).mean(0)
    mean = centre + spread * noise / noise.std(0)
    variance = mean.var(0)
    mistakes = {
        "the variance of each code is wanted, not its mean.": (mean.mean(0) > 0.01).sum(),
        "not centred: take the mean off before you square.": (mean.square().mean(0) > 0.01).sum(),
        "the variance above .01, not the standard deviation.": (variance.sqrt() > 0.01).sum(),
        "the variance runs over the data (dimension 0), not over the codes.": (mean.var(1) > 0.01).sum(),
        "a count is wanted, not a fraction.": (variance > 0.01).double().mean(),
        "those are the inactive codes.": (variance <= 0.01).sum(),
        "the threshold is .01, not .1.": (variance > 0.1).sum(),
        "that is a mask: count its True.": variance > 0.01,
        "those are the variances: how many are above .01?": variance,
    }
    also = (torch.tensor([[0, 0, 2.0], [1, 0.1, 2.5]]),), 2
    grade(yours, (mean,), 7, mistakes, "These the decoder hears; the others tell it nothing.", also=also)
