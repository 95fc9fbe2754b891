"""PCA and the autoencoders without a probability."""

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
        """(n, k) -> (n, d): the point of the principal plane with these coordinates."""
        return self.mean + z @ self.components


class LinearAutoencoder(nn.Module):
    """An autoencoder without a bend: two affine maps (Bourlard & Kamp 1988; Baldi & Hornik 1989).

    d: features, k: codes.
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


def perceptron(*widths):
    """Linear layers from width to width, with a bend (SiLU) between them, none at the end.

    widths: at least two. Returns a module (n, widths[0]) -> (n, widths[-1]).
    Source of the bend: Elfwing, Uchibe & Doya 2018.
    """
    layers = []
    for a, b in zip(widths, widths[1:], strict=False):
        layers += [nn.Linear(a, b), nn.SiLU()]
    return nn.Sequential(*layers[:-1])


class Autoencoder(nn.Module):
    """An autoencoder of perceptrons, the decoder the mirror of the encoder (Hinton & Salakhutdinov 2006).

    widths: features, hidden layers, codes, e.g. 784, 256, 2.
    """

    def __init__(self, *widths):
        super().__init__()
        self.encoder = perceptron(*widths)
        self.decoder = perceptron(*reversed(widths))

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
