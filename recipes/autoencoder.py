"""The models of notebook 04."""

from helpers import models
from recipes.training import train


def autoencoder_2d(digits, held_out, epochs=40):
    """784-512-256-128-2, the deterministic counterpart of notebook 10's VAE with two latent dimensions."""
    return train(models.Autoencoder(784, 512, 256, 128, 2), digits, held_out, epochs, lr=2e-3)


RECIPES = {"04_ae_2d": autoencoder_2d}
