"""The models of notebook 00."""

from helpers import models
from recipes.training import train


def vae_6d(digits, held_out, epochs=60):
    """784-256-6 on grey digits: as many latent dimensions as the PCA beside it has components."""
    return train(models.VAE(784, 256, 6), digits, held_out, epochs, lr=3e-3)


RECIPES = {"00_vae": vae_6d}
