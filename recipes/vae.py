"""The models of notebook 10."""

from functools import partial

from helpers import models, training
from recipes.training import train


def vae_2d(digits, held_out, epochs=100):
    """784-512-256-128-2 on grey digits: deep, so that two latent dimensions show all ten classes."""
    return train(models.VAE(784, 512, 256, 128, 2), digits, held_out, epochs, lr=1.5e-3)


def vae_20d(digits, held_out, epochs=60):
    """784-400-20 on dynamically binarised digits, as in all recipes below."""
    return train(models.BinarisedVAE(784, 400, 20), digits, held_out, epochs, lr=3e-3)


def conv_vae(digits, held_out, epochs=60):
    """Two convolutions each way, 20 latent dimensions."""
    return train(models.ConvVAE(20), digits, held_out, epochs, lr=3e-3)


class WeightedVAE(models.BinarisedVAE):
    """A VAE whose KL term has the weight `beta`, rising to it from 0 over the first `warm_up` steps."""

    beta, warm_up, steps = 1, 1, 0

    def loss(self, x):
        """The parts of minus the ELBO for x (n, d), in nats, and "loss" with the weighted KL term."""
        self.steps += self.training
        parts, weight = super().loss(x), self.beta * min(1, self.steps / self.warm_up)
        return parts | {"loss": parts["reconstruction"] + weight * parts["KL"]}


def beta_vae(beta, digits, held_out, epochs=60):
    """784-400-20 with this weight of the KL term, otherwise trained as vae_20d."""
    model = WeightedVAE(784, 400, 20)
    model.beta = beta
    return train(model, digits, held_out, epochs, lr=3e-3)


def deep_vae(warm_up, digits, held_out, epochs=40, seed=1):
    """784-128-64-32-20; warm_up: the fraction of the steps in which the KL term's weight rises to 1.

    Of the seeds 0, 1 and 2, in which warm-up gains 14, 10 and 0 nats, this is the middle one.
    """
    training.seed_everything(seed)
    model = WeightedVAE(784, 128, 64, 32, 20)
    model.warm_up = max(1, warm_up * epochs * len(digits[0]) // 200)
    return train(model, digits, held_out, epochs, lr=2e-3)


RECIPES = {
    "10_vae": vae_20d,
    "10_vae_2d": vae_2d,
    "10_conv_vae": conv_vae,
    "10_deep": partial(deep_vae, 0),
    "10_deep_warmup": partial(deep_vae, 0.5),
    "10_beta_0.1": partial(beta_vae, 0.1),
    "10_beta_10": partial(beta_vae, 10),
}
