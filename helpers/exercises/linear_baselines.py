"""Checkers of 01_linear_baselines."""

import torch

from helpers.exercises import example, grade


def check_reconstruct(answer):
    """reconstruct(x, components, k): (n, d), (d, d) rows by variance, k -> (n, d)."""
    x, k = example(), 2
    mean = x.mean(0)
    v = torch.linalg.eigh((x - mean).T @ (x - mean)).eigenvectors.flip(1).T
    w = v[:k]
    mistakes = {
        "centre the data first, and add the mean again at the end.": x @ w.T @ w,
        "you centred, but the mean is not added again at the end.": (x - mean) @ w.T @ w,
        "you added the mean without subtracting it first.": x @ w.T @ w + mean,
        "these are the last components, those with the least variance; take the first k rows.":
            (x - mean) @ v[-k:].T @ v[-k:] + mean,
        "components are the rows of the matrix; you took columns.":
            (x - mean) @ v[:, :k] @ v[:, :k].T + mean,
        "you kept every component, so nothing was compressed; use only the first k.": x,
        "subtract the mean of each feature, x.mean(0), not one number for all.":
            (x - x.mean()) @ w.T @ w + x.mean(),
        "that is the code; decode it back to d features.": (x - mean) @ w.T,
    }  # fmt: skip
    other, first = example(7, 4), torch.eye(4)[:1]
    second_case = (other, torch.eye(4), 1), (other - other.mean(0)) @ first.T @ first + other.mean(0)
    expected = (x - mean) @ w.T @ w + mean
    grade(answer, (x, v, k), expected, mistakes, "Two matrix products and a mean.", second_case)


def check_explained_variance(answer):
    """explained_variance(x, k): (n, d), k -> the explained-variance ratio, between 0 and 1."""
    x, k = example(), 2
    values = torch.linalg.svdvals(x - x.mean(0))
    fraction = values.square() / values.square().sum()
    raw = torch.linalg.svdvals(x).square()
    mistakes = {
        "the data is not centred: the first direction then mostly points at the mean.":
            raw[:k].sum() / raw.sum(),
        "these are singular values; variances are their squares.": values[:k].sum() / values.sum(),
        "that is the ratio of component k alone; add up the first k.": fraction[k - 1],
        "that is the ratio left out; you want the ratio kept.": fraction[k:].sum(),
        "eigh returns the eigenvalues in ascending order: you took the smallest.": fraction[-k:].sum(),
        "those are the variances of the features; you want those of the principal components.":
            x.var(0)[:k].sum() / x.var(0).sum(),
        "a ratio between 0 and 1 is expected, not percent.": 100 * fraction[:k].sum(),
        "that is a variance; divide it by the total variance.": values[:k].square().sum() / len(x),
    }  # fmt: skip
    success_message = "The same number comes out with 1/n and 1/(n−1)."
    second_case = (x, 3), fraction[:3].sum()
    grade(answer, (x, k), fraction[:k].sum(), mistakes, success_message, second_case)


def check_fisher_direction(answer):
    """fisher_direction(a, b): (n, d), (m, d) -> (d,) of length 1, any sign."""
    a, b = example(40, 4), example(20, 4, seed=1) * 0.7 + torch.tensor([2.0, 0.5, 1.0, 0.8])
    difference, n, m = a.mean(0) - b.mean(0), len(a), len(b)
    within = (n * a.T.cov(correction=0) + m * b.T.cov(correction=0)) / (n + m)
    values, u = torch.linalg.eigh(within)

    t = u / values.sqrt()

    def unit(w):
        return w / w.norm()

    def power(p):
        return unit(u * values**p @ u.T @ difference)

    mistakes = {
        "that is the difference of the means, without any whitening.": power(0),
        "you whitened once: the direction is in the whitened space; bring it back by S_W^(-1/2).":
            power(-0.5),
        "T = U μ^(-1/2) is not symmetric: use T Tᵀ, or S_W^(-1/2) = U μ^(-1/2) Uᵀ.": unit(t @ t @ difference),
        "that is the direction in the whitened space; bring it back by T.": unit(t.T @ difference),
        "weight the two covariances by the numbers of points, n and m.":
            unit(torch.linalg.solve(a.T.cov(correction=0) + b.T.cov(correction=0), difference)),
        "divide by n and m, not n−1 and m−1: correction=0.":
            unit(torch.linalg.solve(n * a.T.cov() + m * b.T.cov(), difference)),
        "you multiplied where you should divide: whitening is S_W^(-1/2).": power(1),
        "that is S_W^(+1/2); whitening divides by the standard deviations.": power(0.5),
        "that is one whitening too many: S_W^(-1/2) twice is enough.": power(-2),
        "divide by the length at the end.": (power(-1) * (u / values @ u.T @ difference).norm()),
        "that is PCA's first component; the labels must be used.":
            torch.linalg.eigh(torch.cat([a, b]).T.cov()).eigenvectors[:, -1],
    }  # fmt: skip
    success_message = "Whitening twice is multiplying by the inverse of S_W."
    grade(answer, (a, b), power(-1), mistakes, success_message, free_signs=True)
