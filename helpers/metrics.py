"""Measures of latent codes and reconstructions: pure functions, tensors in, plain numbers out."""

from math import log

import numpy as np
import torch

from helpers.models import bernoulli_nll


def _check_shapes(ok, requirement, *tensors):
    if not ok:
        shapes = " and ".join(str(tuple(t.shape)) for t in tensors)
        raise ValueError(f"{requirement}; got {shapes}.")
    if not all(t.float().mean().isfinite() for t in tensors if torch.is_tensor(t)):
        name = requirement.split()[0]
        raise ValueError(f"{name} needs rows of finite numbers; it got NaN, infinity or no row.")


def _array(values):
    """A tensor on any device, an array or a list as a NumPy array."""
    return np.asarray(values.detach().cpu() if torch.is_tensor(values) else values)


def _labels(name, z, y, z_test, y_test):
    """The labels of codes as two arrays. Raises ValueError for shapes that do not match."""
    y, y_test = _array(y), _array(y_test)
    for codes, labels in ((z, y), (z_test, y_test)):
        matched = codes.ndim == 2 and labels.shape == codes.shape[:1]
        _check_shapes(matched, f"{name} needs codes (n, q) with labels (n,)", codes, labels)
    _check_shapes(z.shape[1] == z_test.shape[1], f"{name} needs codes of one dimension q", z, z_test)
    return y, y_test


def squared_error(x, reconstruction):
    """Squared error of an image: summed over the features, averaged over the batch.

    x, reconstruction: (n, d), same shape, n ≥ 1. Returns a float, in squared units of x.
    Raises ValueError for other shapes.
    """
    same = x.ndim == 2 and x.shape == reconstruction.shape and len(x) > 0
    _check_shapes(same, "squared_error needs two tensors of one shape (n, d)", x, reconstruction)
    blocks = zip(x.split(1000), reconstruction.split(1000), strict=True)  # small blocks stay in the cache
    return sum((a - b).square().sum().item() for a, b in blocks) / len(x)


def knn_accuracy(z, y, z_test, y_test, k=5):
    """Fraction of test codes whose label is the majority label of their k nearest training codes.

    z: (n, q) codes, y: (n,) labels of any type; z_test: (m, q), y_test: (m,); k: neighbours, 1 to n. A tie
    of c labels counts 1/c if the right one is among them, so that the names of the labels do not matter.
    Returns a float between 0 and 1. Source: Cover & Hart 1967, by scikit-learn.
    Raises ValueError for other shapes or k, and codes that are not finite.
    """
    from sklearn.neighbors import NearestNeighbors

    y, y_test = _labels("knn_accuracy", z, y, z_test, y_test)
    if not 1 <= k <= len(z):
        raise ValueError(f"k must lie between 1 and the {len(z)} training codes, not {k}.")
    nearest = NearestNeighbors(n_neighbors=k).fit(_array(z))
    near = y[nearest.kneighbors(_array(z_test), return_distance=False)]
    votes = (near[:, :, None] == near[:, None]).sum(2)  # (m, k): how many of the k have this one's label
    winners = votes == votes.max(1, keepdims=True)
    right = winners & (near == y_test[:, None])
    return float((right.sum(1) / winners.sum(1)).mean())


def nearest_centroid_accuracy(z, y, z_test, y_test):
    """Fraction of test codes (m, q) whose nearest class mean is that of their own label; ties as in kNN.

    z: (n, q) codes, y: (n,) labels; z_test: (m, q), y_test: (m,). Returns a float between 0 and 1.
    """
    y, y_test = _labels("nearest_centroid_accuracy", z, y, z_test, y_test)
    labels, of = np.unique(y, return_inverse=True)
    means = torch.stack([z[torch.from_numpy(of == c)].mean(0) for c in range(len(labels))])
    distance = torch.cdist(z_test, means)
    nearest = _array(distance == distance.amin(1, keepdim=True))
    right = nearest & (labels == y_test[:, None])
    return float((right.sum(1) / nearest.sum(1)).mean())


def nearest_neighbour_distances(images, digits, test):
    """Mean squared distance from an image to the nearest digit, and from a test digit to the nearest image.

    images: (n, d) generated images, digits: (m, d), test: (t, d). Returns two floats, fidelity and coverage
    (smaller is better), each summed over the d pixels.
    """
    fit = images.ndim == 2 and images.shape[1:] == digits.shape[1:] == test.shape[1:]
    _check_shapes(fit, "nearest_neighbour_distances needs images (·, d)", images, digits, test)
    pairs = (images, digits), (test, images)
    return tuple(torch.cdist(a, b).amin(1).square().mean().item() for a, b in pairs)


def trustworthiness(x, z, k=12):
    """Whether the k nearest neighbours in an embedding z are also neighbours in the data x.

    1 − 2/(nk(2n − 3k − 1)) Σᵢ Σⱼ (r(i, j) − k), where j runs over those of the k nearest codes of i
    that are not among its k nearest in x, and r(i, j) is j's rank in x (1 for the nearest).
    x: (n, d), z: (n, q); k: below n/2. Returns a float, at most 1; a random embedding has about 0.5.
    Source: Venna & Kaski 2001, by scikit-learn. Raises ValueError for other shapes or k.
    """
    from sklearn.manifold import trustworthiness

    fit = x.ndim == z.ndim == 2 and len(x) == len(z)
    _check_shapes(fit, "trustworthiness needs data (n, d) and its codes (n, q)", x, z)
    if not 1 <= k < len(x) / 2:
        raise ValueError(f"k must lie between 1 and half of the {len(x)} points, not {k}.")
    return float(trustworthiness(_array(x), _array(z), n_neighbors=k))


def principal_angles(a, b):
    """Principal angles between the spans of the columns of a and of b, in degrees, largest first.

    a: (d, p), b: (d, q). Returns a tensor (min(p, q),), float64. Signs, scales and the choice of
    a basis within each span do not matter. Source: Björck & Golub 1973, by SciPy.
    Raises ValueError if the columns have different lengths or are more than d.
    """
    from scipy.linalg import subspace_angles

    fit = a.ndim == b.ndim == 2 and a.shape[0] == b.shape[0] >= max(a.shape[1], b.shape[1])
    _check_shapes(fit, "principal_angles needs (d, p) and (d, q), the vectors in columns, p and q ≤ d", a, b)
    angles = subspace_angles(_array(a.double()), _array(b.double()))
    return torch.from_numpy(angles).rad2deg()


def iwae_bound(model, x, k):
    """The importance-weighted bound on log p(x) of each image, from k samples of q(z|x), in nats.

    log of the mean of the k weights p(x, z)/q(z|x); k = 1 is the ELBO, k → ∞ gives log p(x).
    model: a VAE; x: (n, d), between 0 and 1. Returns (n,), differentiable, for a mean over images to
    report or to maximise. Source: Burda, Grosse & Salakhutdinov 2016. Raises ValueError for k < 1.
    """
    if k < 1:
        raise ValueError(f"The bound needs at least one sample, k ≥ 1, not {k}.")
    bounds = []
    for batch in x.split(max(1, 2000 // k)):
        mu, log_var = model.posterior(batch)
        eps = torch.randn(k, *mu.shape, device=x.device)
        z = mu + (0.5 * log_var).exp() * eps
        log_ratio = 0.5 * (eps.square() + log_var - z.square()).sum(2)
        log_w = log_ratio - bernoulli_nll(model.decoder(z), batch)
        bounds.append(log_w.logsumexp(0) - log(k))
    return torch.cat(bounds)


def active_units(mu):
    """The number of active latent dimensions: those whose mean has a variance over the data above 0.01.

    mu: (n, q), means of q(z|x) for n ≥ 2 images. Returns an int. Source: Burda, Grosse &
    Salakhutdinov 2016. Raises ValueError for another shape.
    """
    if mu.ndim != 2 or len(mu) < 2 or not mu.isfinite().all():
        raise ValueError(f"active_units needs finite means (n, q) of n ≥ 2 images; got {tuple(mu.shape)}.")
    return int((mu.var(0) > 0.01).sum())
