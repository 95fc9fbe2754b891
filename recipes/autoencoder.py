"""The models of notebook 04."""

from helpers import models
from recipes.training import train


def autoencoder_2d(digits, held_out, epochs=100):
    """784-512-256-128-2, trained as long and as fast as notebook 10's VAE with two latent dimensions."""
    return train(models.Autoencoder(784, 512, 256, 128, 2), digits, held_out, epochs, lr=1.5e-3)


def autoencoder_30d(digits, held_out, epochs=90):
    """784-450-200-30, narrower than the network of Hinton and Salakhutdinov (2006)."""
    return train(models.Autoencoder(784, 450, 200, 30), digits, held_out, epochs, lr=2e-3)


RECIPES = {"04_ae_2d": autoencoder_2d, "04_ae_30": autoencoder_30d}
