"""Measures of codes and reconstructions: pure functions, tensors in, plain numbers out."""

from math import log

import numpy as np
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


def nearest_mean(z, y, z_test, y_test):
    """Share of test codes (m, q) nearest to the mean of the codes (n, q) of their own label (n,), (m,)."""
    labels = y.unique()
    means = torch.stack([z[y == c].mean(0) for c in labels])
    return (labels[torch.cdist(z_test, means).argmin(1)] == y_test).double().mean().item()


def there_and_back(pictures, digits, test):
    """From a picture to the nearest digit, and from a test digit to the nearest picture, in the mean.

    pictures: (n, d), digits: (m, d), test: (t, d). Returns two squared distances, each summed over the d.
    """
    ways = (pictures, digits), (test, pictures)
    return tuple(torch.cdist(a, b).amin(1).square().mean().item() for a, b in ways)


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


def beta_metric(z, factors):
    """β-VAE metric: how well a linear classifier tells which factor two data have in common.

    For each of 3,000 votes a factor is rolled, and 64 pairs of data with the same value of it. The input is
    the mean of |z − z′| over the pairs, (q,), the answer the factor. Half of the votes train the classifier.
    z: (n, q) codes; factors: (n, m) int64, m ≥ 2. Returns its accuracy on the rest; chance is 1/m.
    Source: Higgins et al. 2017. Raises ValueError for other shapes.
    """
    from sklearn.linear_model import LogisticRegression

    fit = z.ndim == factors.ndim == 2 and len(z) == len(factors) and factors.shape[1] > 1
    _want(fit, "beta_metric wants codes (n, q) with factors (n, m), m ≥ 2", z, factors)
    votes, pairs = 3000, 64
    z, factors = z.cpu(), factors.cpu()
    sorted_values, order = (tensor.T.contiguous() for tensor in factors.sort(0))
    common = torch.randint(factors.shape[1], (votes,))
    one = torch.randint(len(z), (votes, pairs))
    value, rows = factors[one, common[:, None]], sorted_values[common]
    first, end = torch.searchsorted(rows, value), torch.searchsorted(rows, value, right=True)
    place = (first + torch.rand(votes, pairs) * (end - first)).long()  # among the data with this value
    other = order[common].gather(1, place.minimum(end - 1))
    apart = (z[one] - z[other]).abs().mean(1).numpy()
    half, answer = votes // 2, common.numpy()
    classifier = LogisticRegression(max_iter=1000).fit(apart[:half], answer[:half])
    return classifier.score(apart[half:], answer[half:])


def dci(z, factors):
    """Disentanglement in the sense of DCI: does each code serve one factor only?

    A random forest for each factor says how important each code is for it, (q, m); a code's score is one
    minus the entropy of its row, as a share of ln m; the mean weighs each code by its importance.
    z: (n, q) codes; factors: (n, m) int64, m ≥ 2, as numbers. Returns a float from 0 to 1.
    Source: Eastwood & Williams 2018, by scikit-learn. Raises ValueError for other shapes, or if no code
    varies or no factor.
    """
    from sklearn.ensemble import RandomForestRegressor

    fit = z.ndim == factors.ndim == 2 and len(z) == len(factors) and factors.shape[1] > 1
    _want(fit, "dci wants codes (n, q) with factors (n, m), m ≥ 2", z, factors)
    forest = RandomForestRegressor(10, min_samples_leaf=5, random_state=0)
    columns = factors.cpu().numpy().T
    importance = [forest.fit(z.cpu().numpy(), column).feature_importances_ for column in columns]
    importance = torch.from_numpy(np.array(importance)).T
    total = importance.sum(1)
    if total.sum() == 0:
        raise ValueError("No code tells anything of a factor: all codes, or all factors, are constant.")
    share = importance[total > 0] / total[total > 0, None]
    score = 1 - torch.special.entr(share).sum(1) / log(factors.shape[1])
    return (score @ total[total > 0] / total.sum()).item()
