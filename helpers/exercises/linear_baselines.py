"""Checkers of 01_linear_baselines."""

import torch

from helpers.exercises import example, grade


def check_reconstruct(yours):
    """reconstruct(x, components, k): (n, d), (d, d) rows by variance, k -> (n, d)."""
    x, k = example(), 2
    mean = x.mean(0)
    v = torch.linalg.eigh((x - mean).T @ (x - mean)).eigenvectors.flip(1).T
    w = v[:k]
    mistakes = {
        "centre the data first, and add the mean again at the end.": x @ w.T @ w,
        "you centred, but the mean is not added again at the end.": (x - mean) @ w.T @ w,
        "you added the mean without taking it off first.": x @ w.T @ w + mean,
        "these are the last components, those with the least variance; take the first k rows.":
            (x - mean) @ v[-k:].T @ v[-k:] + mean,
        "components are the rows of the matrix; you took columns.":
            (x - mean) @ v[:, :k] @ v[:, :k].T + mean,
        "you kept every component, so nothing was compressed; use only the first k.": x,
        "that is the code; decode it back to d features.": (x - mean) @ w.T,
    }  # fmt: skip
    grade(yours(x, v, k), (x - mean) @ w.T @ w + mean, mistakes, "Two matrix products and a mean.")


def check_explained_variance(yours):
    """explained_variance(x, k): (n, d), k -> share of the variance, between 0 and 1."""
    x, k = example(), 2
    values = torch.linalg.svdvals(x - x.mean(0))
    share = values.square() / values.square().sum()
    raw = torch.linalg.svdvals(x).square()
    mistakes = {
        "the data is not centred: the first direction then mostly points at the mean.":
            raw[:k].sum() / raw.sum(),
        "these are singular values; variances are their squares.": values[:k].sum() / values.sum(),
        "that is the share of component k alone; add up the first k.": share[k - 1],
        "that is the share left out; you want the share kept.": share[k:].sum(),
        "eigh returns the eigenvalues in ascending order: you took the smallest.": share[-k:].sum(),
        "that is a variance; divide it by the total variance.": values[:k].square().sum() / len(x),
    }  # fmt: skip
    grade(yours(x, k), share[:k].sum(), mistakes, "The same number comes out with 1/n and 1/(n−1).")


def check_whitening(yours):
    """whitening(within): a covariance (d, d) -> a symmetric (d, d) matrix W with W S W = 1."""
    x = example(40, 4)
    s = (x - x.mean(0)).T @ (x - x.mean(0)) / len(x)
    values, u = torch.linalg.eigh(s)
    mistakes = {
        "that is S^(+1/2); whitening divides by the standard deviations.": u * values.sqrt() @ u.T,
        "that is the inverse S^(−1): divide by the root of the eigenvalues.": u / values @ u.T,
        "you scaled the axes but did not turn back: end with @ u.T.": u / values.sqrt(),
        "the eigenvectors are columns; you used rows (u.T in place of u).": u.T / values.sqrt() @ u,
        "that is S itself: scale its eigenvalues.": s,
    }
    answer = yours(s)
    grade(answer, u / values.sqrt() @ u.T, mistakes, "Whitened, the within-class scatter is a ball.")
