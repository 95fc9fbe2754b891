"""Models trained with a discriminator: the GAN and the adversarial autoencoder."""

import torch
from torch import nn
from torch.nn.functional import softplus

from helpers.models.autoencoders import mlp
from helpers.models.variational import bernoulli_nll


def with_frozen_parameters(module, x):
    """module(x) with its parameters as constants: the gradient reaches x, but no parameter.

    (The running statistics of a batch normalisation are not parameters: they are updated as usual.)
    """
    constants = {name: parameter.detach() for name, parameter in module.named_parameters()}
    return torch.func.functional_call(module, constants, x)


class GAN(nn.Module):
    """A generative adversarial network with the non-saturating loss (Goodfellow et al. 2014).

    generator: a module (n, latent_dim) -> (n, …), from samples of N(0, I); discriminator: a module
    (n, …) -> (n, 1), the log-odds that an example is real. One loss trains both: each of its two parts
    has a gradient with respect to the parameters of one network only.
    """

    def __init__(self, generator, discriminator, latent_dim):
        super().__init__()
        self.generator, self.discriminator, self.latent_dim = generator, discriminator, latent_dim

    def decode(self, z):
        """(n, latent_dim) -> (n, …)."""
        return self.generator(z)

    def loss(self, x):
        """Cross-entropies of discriminator and generator for a batch (n, …), in nats, and their sum."""
        fake = self.decode(torch.randn(len(x), self.latent_dim, device=x.device))
        real_loss = softplus(-self.discriminator(x)).mean()
        discriminator = real_loss + softplus(self.discriminator(fake.detach())).mean()
        generator = softplus(-with_frozen_parameters(self.discriminator, fake)).mean()
        parts = {"discriminator": discriminator, "generator": generator}
        return {"loss": discriminator + generator} | parts


def dcgan(latent_dim, width):
    """Generator (n, latent_dim) -> (n, 784) and discriminator (n, 784) -> (n, 1) for digits.

    The generator's output is pixel intensities, the discriminator's log-odds. width: channels of the 14 × 14
    grid; twice as many on 7 × 7. After Radford, Metz & Chintala 2016.
    """
    generator = nn.Sequential(
        nn.Linear(latent_dim, 2 * width * 49), nn.Unflatten(1, (2 * width, 7, 7)),
        nn.BatchNorm2d(2 * width), nn.ReLU(),
        nn.ConvTranspose2d(2 * width, width, 4, 2, 1), nn.BatchNorm2d(width), nn.ReLU(),
        nn.ConvTranspose2d(width, 1, 4, 2, 1), nn.Sigmoid(), nn.Flatten())  # fmt: skip
    discriminator = nn.Sequential(
        nn.Unflatten(1, (1, 28, 28)), nn.Conv2d(1, width, 4, 2, 1), nn.LeakyReLU(0.2),
        nn.Conv2d(width, 2 * width, 4, 2, 1), nn.BatchNorm2d(2 * width), nn.LeakyReLU(0.2),
        nn.Flatten(), nn.Linear(2 * width * 49, 1))  # fmt: skip
    return generator, discriminator


class AAE(nn.Module):
    """An adversarial autoencoder: a discriminator matches codes to the prior (Makhzani et al. 2015).

    widths: features, hidden layers, latent dimensions, e.g. 784, 256, 64, 2. The prior is N(0, I), the
    encoder is deterministic, the pixels are Bernoulli. adversarial_weight: of the encoder's adversarial
    loss relative to the reconstruction.
    """

    def __init__(self, *widths, adversarial_weight=10.0):
        super().__init__()
        self.encoder, self.decoder = mlp(*widths), mlp(*reversed(widths))
        self.discriminator, self.adversarial_weight = mlp(widths[-1], 64, 64, 1), adversarial_weight

    def encode(self, x):
        """(n, d) -> (n, q)."""
        return self.encoder(x)

    def decode(self, z):
        """(n, q) -> (n, d): pixel probabilities."""
        return self.decoder(z).sigmoid()

    def prior(self, z):
        """Samples from the prior, as many as z: (n, q)."""
        return torch.randn_like(z)

    def loss(self, x):
        """Reconstruction, and cross-entropies of discriminator and encoder, for (n, d), in nats."""
        z = self.encoder(x)
        reconstruction = bernoulli_nll(self.decoder(z), x).mean()
        real_loss = softplus(-self.discriminator(self.prior(z))).mean()
        discriminator = real_loss + softplus(self.discriminator(z.detach())).mean()
        adversarial = softplus(-with_frozen_parameters(self.discriminator, z)).mean()
        loss = reconstruction + discriminator + self.adversarial_weight * adversarial
        return {"loss": loss, "reconstruction": reconstruction,
                "discriminator": discriminator, "adversarial": adversarial}  # fmt: skip
