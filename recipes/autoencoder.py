"""The models of notebook 04."""

from helpers import models
from recipes.training import train


def autoencoder_2d(digits, held_out, epochs=40):
    """784-512-256-128-2, the deterministic counterpart of notebook 10's VAE with two latent dimensions."""
    return train(models.Autoencoder(784, 512, 256, 128, 2), digits, held_out, epochs, lr=2e-3)


def autoencoder_30d(digits, held_out, epochs=90):
    """784-512-256-30, half as wide as the network of Hinton and Salakhutdinov (2006)."""
    return train(models.Autoencoder(784, 512, 256, 30), digits, held_out, epochs, lr=2e-3)


RECIPES = {"04_ae_2d": autoencoder_2d, "04_ae_30": autoencoder_30d}
