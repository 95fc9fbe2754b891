"""Models that maximise an ELBO: the VAE and the conditional VAE."""

import torch
from torch import nn

from helpers.models.autoencoders import mlp


def gaussian_kl(mu, log_var):
    """KL(N(mu, diag(exp(log_var))) ‖ N(0, I)) of each row, in nats (Kingma & Welling 2013).

    mu, log_var: (…, q). Returns (…), summed over the latent dimensions. expm1(a) is exp(a) − 1 without its
    rounding error near a = 0, so that no divergence is negative.
    """
    return 0.5 * (mu.square() + log_var.expm1() - log_var).sum(-1)


def bernoulli_nll(logits, x):
    """−log p(x|z) of pixels that are Bernoulli with the log-odds `logits`, in nats: the cross-entropy.

    logits: (…, d), x: (n, d), from 0 to 1; they broadcast. Returns (…), summed over the pixels.
    Raises ValueError if x is not between 0 and 1, where a pixel has no probability.
    """
    if x.min() < 0 or x.max() > 1:
        raise ValueError("A Bernoulli pixel lies between 0 and 1: scale the images to that range.")
    return (nn.functional.softplus(logits) - x * logits).sum(-1)


class VAE(nn.Module):
    """A variational autoencoder with Gaussian latent variables and Bernoulli pixels (Kingma & Welling 2013).

    widths: features, hidden layers, latent dimensions, e.g. 784, 400, 20. The prior is N(0, I); the encoder
    outputs a mean and a log-variance per latent dimension, the decoder the log-odds of each pixel.
    """

    def __init__(self, *widths):
        super().__init__()
        self.encoder = mlp(*widths[:-1], 2 * widths[-1])
        self.decoder = mlp(*reversed(widths))

    def posterior(self, x):
        """(n, d) -> mean and log-variance of q(z|x), (n, q) each."""
        return self.encoder(x).chunk(2, 1)

    def encode(self, x):
        """(n, d) -> (n, q): the mean of q(z|x)."""
        return self.posterior(x)[0]

    def decode(self, z):
        """(n, q) -> (n, d): pixel probabilities."""
        return self.decoder(z).sigmoid()

    def loss(self, x):
        """Minus the ELBO of a batch (n, d) with one sample per image, and its two parts, in nats.

        Raises ValueError if x is not between 0 and 1.
        """
        mu, log_var = self.posterior(x)
        z = mu + (0.5 * log_var).exp() * torch.randn_like(mu)
        reconstruction = bernoulli_nll(self.decoder(z), x).mean()
        kl = gaussian_kl(mu, log_var).mean()
        return {"loss": reconstruction + kl, "reconstruction": reconstruction, "KL": kl}


class BinarisedVAE(VAE):
    """A VAE trained on dynamically binarised images: the pixels are drawn again for each batch.

    widths: as for VAE. Source: Salakhutdinov & Murray 2008.
    """

    def loss(self, x):
        """As VAE.loss, for x ~ Bernoulli(x), (n, d). Raises RuntimeError if x is not between 0 and 1."""
        return super().loss(torch.bernoulli(x))


class ConvVAE(BinarisedVAE):
    """A BinarisedVAE for 28 × 28 images with two convolutions each way.

    q: latent dimensions; channels: of the 14 × 14 grid, half of those of the 7 × 7 grid.
    """

    def __init__(self, q, channels=32):
        nn.Module.__init__(self)
        c = channels
        self.encoder = nn.Sequential(
            nn.Unflatten(1, (1, 28, 28)), nn.Conv2d(1, c, 4, 2, 1), nn.SiLU(),
            nn.Conv2d(c, 2 * c, 4, 2, 1), nn.SiLU(), nn.Flatten(), nn.Linear(2 * c * 49, 2 * q))  # fmt: skip
        self.decoder = nn.Sequential(
            nn.Linear(q, 2 * c * 49), nn.SiLU(), nn.Unflatten(1, (2 * c, 7, 7)),
            nn.ConvTranspose2d(2 * c, c, 4, 2, 1), nn.SiLU(),
            nn.ConvTranspose2d(c, 1, 4, 2, 1), nn.Flatten())  # fmt: skip


def one_hot(y, classes=10):
    """Labels as conditions: a 1 in the column of the label, 0 elsewhere.

    y: (n,) integers. Returns (n, classes) float32. Raises ValueError for labels outside 0 to classes − 1.
    """
    y = torch.as_tensor(y).long()
    if y.min() < 0 or y.max() >= classes:
        raise ValueError(f"Labels lie between 0 and {classes - 1}; got {y.min()} to {y.max()}.")
    return nn.functional.one_hot(y, classes).float()


class CVAE(nn.Module):
    """A conditional VAE: prior, encoder and decoder are given the condition (Sohn, Lee & Yan 2015).

    d: features, c: size of a condition, widths: hidden layers, latent dimensions, e.g. 784, 10, 256, 256, 5.
    """

    def __init__(self, d, c, *widths):
        super().__init__()
        *hidden, q = widths
        self.prior_net = mlp(c, *hidden, 2 * q)
        self.encoder = mlp(d + c, *hidden, 2 * q)
        self.decoder = mlp(q + c, *reversed(hidden), d)

    def prior(self, c):
        """(n, c) -> mean and log-variance of p(z|c), (n, q) each."""
        return self.prior_net(c).chunk(2, 1)

    def posterior(self, x, c):
        """(n, d), (n, c) -> mean and log-variance of q(z|x, c), (n, q) each."""
        return self.encoder(torch.cat([x, c], 1)).chunk(2, 1)

    def logits(self, z, c):
        """(…, q), (…, c) -> (…, d): the log-odds of the pixels."""
        return self.decoder(torch.cat([z, c], -1))

    def decode(self, z, c):
        """(…, q), (…, c) -> (…, d): pixel probabilities."""
        return self.logits(z, c).sigmoid()

    def loss(self, x, c):
        """Minus the ELBO of log p(x|c) for (n, d), (n, c) with one sample per image, and its parts, in nats.

        Raises ValueError if x is not between 0 and 1.
        """
        mu, log_var = self.posterior(x, c)
        prior_mu, prior_log_var = self.prior(c)
        z = mu + (0.5 * log_var).exp() * torch.randn_like(mu)
        reconstruction = bernoulli_nll(self.logits(z, c), x).mean()
        style_mu = (mu - prior_mu) * (-0.5 * prior_log_var).exp()
        kl = gaussian_kl(style_mu, log_var - prior_log_var).mean()
        return {"loss": reconstruction + kl, "reconstruction": reconstruction, "KL": kl}


class LabelCVAE(CVAE):
    """A CVAE with the prior N(0, I) for each label, on binarised digits; shapes as for CVAE."""

    def __init__(self, *widths):
        super().__init__(*widths)
        self.prior_net = None

    def prior(self, c):
        return torch.zeros(2, len(c), self.decoder[0].in_features - c.shape[1]).unbind()

    def loss(self, x, c):
        return super().loss(torch.bernoulli(x), c)
