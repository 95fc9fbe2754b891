"""Measures of codes and reconstructions: pure functions, tensors in, plain numbers out."""

from math import log

import torch

from helpers.models import bernoulli_nll


def _want(ok, what, *tensors):
    if not ok:
        shapes = " and ".join(str(tuple(t.shape)) for t in tensors)
        raise ValueError(f"{what}; got {shapes}.")


def squared_error(x, reconstruction):
    """Squared error of an image: summed over the features, averaged over the batch.

    x, reconstruction: (n, d), same shape, n ≥ 1. Returns a float, in squared units of x.
    Raises ValueError for other shapes.
    """
    same = x.ndim == 2 and x.shape == reconstruction.shape and len(x) > 0
    _want(same, "squared_error wants two tensors of one shape (n, d)", x, reconstruction)
    blocks = zip(x.split(1000), reconstruction.split(1000), strict=True)  # small blocks stay in the cache
    return sum((a - b).square().sum().item() for a, b in blocks) / len(x)


def knn_accuracy(z, y, z_test, y_test, k=5):
    """Share of test codes whose label is the majority among their k nearest training codes.

    z: (n, q) codes, y: (n,) labels; z_test: (m, q), y_test: (m,); k: neighbours, 1 to n.
    Returns a float between 0 and 1. Source: Cover & Hart 1967, by scikit-learn.
    Raises ValueError for other shapes or k.
    """
    from sklearn.neighbors import KNeighborsClassifier

    for codes, labels in ((z, y), (z_test, y_test)):
        matched = codes.ndim == 2 and labels.shape == codes.shape[:1]
        _want(matched, "knn_accuracy wants codes (n, q) with labels (n,)", codes, labels)
    _want(z.shape[1] == z_test.shape[1], "knn_accuracy wants codes of one width q", z, z_test)
    if not 1 <= k <= len(z):
        raise ValueError(f"k must lie between 1 and the {len(z)} training codes, not {k}.")
    model = KNeighborsClassifier(k).fit(z.cpu().numpy(), y.cpu().numpy())
    return model.score(z_test.cpu().numpy(), y_test.cpu().numpy())


def trustworthiness(x, z, k=12):
    """How far the k nearest neighbours in a map z are neighbours in the data x too.

    1 − 2/(nk(2n − 3k − 1)) Σᵢ Σⱼ (r(i, j) − k), where j runs over those of the k nearest codes of i
    that are not among its k nearest in x, and r(i, j) is j's rank in x (1 for the nearest).
    x: (n, d), z: (n, q); k: below n/2. Returns a float, at most 1; a map at random has about 0.5.
    Source: Venna & Kaski 2001, by scikit-learn. Raises ValueError for other shapes or k.
    """
    from sklearn.manifold import trustworthiness

    fit = x.ndim == z.ndim == 2 and len(x) == len(z)
    _want(fit, "trustworthiness wants data (n, d) and its codes (n, q)", x, z)
    if not 1 <= k < len(x) / 2:
        raise ValueError(f"k must lie between 1 and half of the {len(x)} points, not {k}.")
    return float(trustworthiness(x.cpu().numpy(), z.cpu().numpy(), n_neighbors=k))


def principal_angles(a, b):
    """Principal angles between the spans of the columns of a and of b, in degrees, largest first.

    a: (d, p), b: (d, q). Returns a tensor (min(p, q),), float64. Signs, scales and the choice of
    a basis within each span do not matter. Source: Björck & Golub 1973, by SciPy.
    Raises ValueError if the columns have different lengths or are more than d.
    """
    from scipy.linalg import subspace_angles

    fit = a.ndim == b.ndim == 2 and a.shape[0] == b.shape[0] >= max(a.shape[1], b.shape[1])
    _want(fit, "principal_angles wants (d, p) and (d, q), the vectors in columns, p and q ≤ d", a, b)
    angles = subspace_angles(a.detach().double().cpu().numpy(), b.detach().double().cpu().numpy())
    return torch.from_numpy(angles).rad2deg()


def importance_weighted(model, x, k):
    """The importance-weighted bound on log p(x) of each image, from k rolls of q(z|x), in nats.

    log of the mean of the k weights p(x, z)/q(z|x); k = 1 is the ELBO, k → ∞ the truth.
    model: a VAE; x: (n, d), between 0 and 1. Returns (n,), differentiable, for a mean over images to
    report or to maximise. Source: Burda, Grosse & Salakhutdinov 2016. Raises ValueError for k < 1.
    """
    if k < 1:
        raise ValueError(f"The bound wants at least one roll, k ≥ 1, not {k}.")
    bounds = []
    for some in x.split(max(1, 2000 // k)):
        mean, log_variance = model.posterior(some)
        eps = torch.randn(k, *mean.shape, device=x.device)
        z = mean + (0.5 * log_variance).exp() * eps
        log_ratio = 0.5 * (eps.square() + log_variance - z.square()).sum(2)
        log_w = log_ratio - bernoulli_nll(model.decoder(z), some)
        bounds.append(log_w.logsumexp(0) - log(k))
    return torch.cat(bounds)


def active_units(mean):
    """How many codes the encoder uses: those whose mean varies over the data by more than .01.

    mean: (n, q), means of q(z|x) for n ≥ 2 data. Returns an int. Source: Burda, Grosse &
    Salakhutdinov 2016. Raises ValueError for another shape.
    """
    if mean.ndim != 2 or len(mean) < 2:
        raise ValueError(f"active_units wants means (n, q) of n ≥ 2 data; got {tuple(mean.shape)}.")
    return int((mean.var(0) > 0.01).sum())
