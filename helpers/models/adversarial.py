"""Models that learn from a critic: the GAN and the adversarial autoencoder."""

import torch
from torch import nn
from torch.nn.functional import softplus

from helpers.models.autoencoders import perceptron
from helpers.models.variational import bernoulli_nll


def held(module, x):
    """module(x) with its weights taken for constants: the gradient reaches x, and no weight.

    (The running means of a batch normalisation are no weights: they move as in any other call.)
    """
    constants = {name: weight.detach() for name, weight in module.named_parameters()}
    return torch.func.functional_call(module, constants, x)


class GAN(nn.Module):
    """A generative adversarial network with the non-saturating loss (Goodfellow et al. 2014).

    generator: a module (n, noise) -> (n, …), data drawn from N(0, I); critic: a module (n, …) -> (n, 1),
    the log-odds that a datum is real. One loss trains both: each of its two parts reaches the weights of
    one network only.
    """

    def __init__(self, generator, critic, noise):
        super().__init__()
        self.generator, self.critic, self.noise = generator, critic, noise

    def decode(self, z):
        """(n, noise) -> (n, …)."""
        return self.generator(z)

    def loss(self, x):
        """The critic's and the generator's cross-entropy for a batch (n, …), in nats, and their sum."""
        drawn = self.decode(torch.randn(len(x), self.noise, device=x.device))
        critic = softplus(-self.critic(x)).mean() + softplus(self.critic(drawn.detach())).mean()
        generator = softplus(-held(self.critic, drawn)).mean()
        return {"loss": critic + generator, "critic": critic, "generator": generator}


def dcgan(noise, width):
    """Generator and critic for digits: (n, noise) -> (n, 784), ink 0 to 1; (n, 784) -> (n, 1), log-odds.

    width: channels of the larger grid, 14 × 14; twice as many on 7 × 7. After Radford, Metz & Chintala 2016.
    """
    generator = nn.Sequential(
        nn.Linear(noise, 2 * width * 49), nn.Unflatten(1, (2 * width, 7, 7)),
        nn.BatchNorm2d(2 * width), nn.ReLU(),
        nn.ConvTranspose2d(2 * width, width, 4, 2, 1), nn.BatchNorm2d(width), nn.ReLU(),
        nn.ConvTranspose2d(width, 1, 4, 2, 1), nn.Sigmoid(), nn.Flatten())  # fmt: skip
    critic = nn.Sequential(
        nn.Unflatten(1, (1, 28, 28)), nn.Conv2d(1, width, 4, 2, 1), nn.LeakyReLU(0.2),
        nn.Conv2d(width, 2 * width, 4, 2, 1), nn.BatchNorm2d(2 * width), nn.LeakyReLU(0.2),
        nn.Flatten(), nn.Linear(2 * width * 49, 1))  # fmt: skip
    return generator, critic


class AAE(nn.Module):
    """An adversarial autoencoder: a critic on the code makes it look like the prior (Makhzani et al. 2015).

    widths: features, hidden layers, codes, e.g. 784, 256, 64, 2. The prior is N(0, I), the encoder rolls
    nothing, the pixels are Bernoulli. weight: of the critic's verdict against the reconstruction.
    """

    def __init__(self, *widths, weight=10.0):
        super().__init__()
        self.encoder, self.decoder = perceptron(*widths), perceptron(*reversed(widths))
        self.critic, self.weight = perceptron(widths[-1], 64, 64, 1), weight

    def encode(self, x):
        """(n, d) -> (n, q)."""
        return self.encoder(x)

    def decode(self, z):
        """(n, q) -> (n, d): the probability of ink."""
        return self.decoder(z).sigmoid()

    def prior(self, z):
        """Codes rolled from the prior, as many as z: (n, q)."""
        return torch.randn_like(z)

    def loss(self, x):
        """The reconstruction of a batch (n, d), the critic's cross-entropy and the encoder's, in nats."""
        z = self.encoder(x)
        reconstruction = bernoulli_nll(self.decoder(z), x).mean()
        real = softplus(-self.critic(self.prior(z))).mean()
        critic = real + softplus(self.critic(z.detach())).mean()
        verdict = softplus(-held(self.critic, z)).mean()
        parts = {"reconstruction": reconstruction, "critic": critic, "verdict": verdict}
        return {"loss": reconstruction + critic + self.weight * verdict} | parts
