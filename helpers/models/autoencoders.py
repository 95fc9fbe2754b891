"""PCA and the deterministic autoencoders."""

import torch
from torch import nn


class PCA(nn.Module):
    """Principal component analysis by the covariance's eigenvectors (Pearson 1901; Hotelling 1933).

    x: (n, d) data, k: the number of components to keep. Buffers: mean (d,), components (k, d)
    with orthonormal rows, variances (d,) in descending order, with 1/n (not 1/(n-1)), so that
    the variances left out are exactly the mean squared error.
    Raises ValueError if k is not between 1 and d.
    """

    def __init__(self, x, k):
        super().__init__()
        if not 1 <= k <= x.shape[1]:
            raise ValueError(f"k must lie between 1 and the {x.shape[1]} features, not {k}.")
        mean = x.mean(0)
        covariance = (x - mean).T @ (x - mean) / len(x)
        variances, axes = torch.linalg.eigh(covariance)
        self.register_buffer("mean", mean)
        self.register_buffer("components", axes.flip(1)[:, :k].T)
        self.register_buffer("variances", variances.flip(0))

    def encode(self, x):
        """(n, d) -> (n, k): the coordinates along the components."""
        return (x - self.mean) @ self.components.T

    def decode(self, z):
        """(n, k) -> (n, d): the point of the principal subspace with these coordinates."""
        return self.mean + z @ self.components


class LinearAutoencoder(nn.Module):
    """A linear autoencoder: two affine maps (Bourlard & Kamp 1988; Baldi & Hornik 1989).

    d: features, k: latent dimensions.
    """

    def __init__(self, d, k):
        super().__init__()
        self.encoder = nn.Linear(d, k)
        self.decoder = nn.Linear(k, d)

    def encode(self, x):
        """(n, d) -> (n, k)."""
        return self.encoder(x)

    def decode(self, z):
        """(n, k) -> (n, d)."""
        return self.decoder(z)

    def loss(self, x):
        """{"loss": squared error, summed over features, averaged over the batch (n, d)}."""
        error = x - self.decode(self.encode(x))
        return {"loss": error.square().sum(1).mean()}


def mlp(*widths):
    """A multilayer perceptron: linear layers with SiLU activations in between, none after the last.

    widths: at least two. Returns a module (n, widths[0]) -> (n, widths[-1]).
    Source of the SiLU: Elfwing, Uchibe & Doya 2018.
    """
    layers = []
    for a, b in zip(widths, widths[1:], strict=False):
        layers += [nn.Linear(a, b), nn.SiLU()]
    return nn.Sequential(*layers[:-1])


class Autoencoder(nn.Module):
    """An autoencoder of two MLPs, the decoder mirroring the encoder (Hinton & Salakhutdinov 2006).

    widths: features, hidden layers, latent dimensions, e.g. 784, 256, 2.
    """

    def __init__(self, *widths):
        super().__init__()
        self.encoder = mlp(*widths)
        self.decoder = mlp(*reversed(widths))

    def encode(self, x):
        """(n, d) -> (n, k)."""
        return self.encoder(x)

    def decode(self, z):
        """(n, k) -> (n, d)."""
        return self.decoder(z)

    def loss(self, x):
        """{"loss": squared error, summed over features, averaged over the batch (n, d)}."""
        error = x - self.decode(self.encode(x))
        return {"loss": error.square().sum(1).mean()}
