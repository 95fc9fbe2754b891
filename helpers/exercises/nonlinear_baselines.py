"""Checkers of 02_nonlinear_baselines."""

import torch

from helpers.exercises import example, grade


def check_centre_new(answer):
    """centre_new(K_new, K): (m, n) kernel of new with training points, (n, n) -> (m, n), centred."""
    x, new = example(7, 3), example(5, 3, seed=1) + 0.7
    K, K_new = x @ x.T, new @ x.T
    new_means, train_means, grand = K_new.mean(1, keepdim=True), K.mean(0), K.mean()
    expected = K_new - new_means - train_means + grand
    mistakes = {
        "the last term is missing: the mean subtracted twice must be added once, + K.mean().":
            K_new - new_means - train_means,
        "the last term must be added: it was subtracted twice.": K_new - new_means - train_means - grand,
        "the training points are not centred: the column means of K are missing.": K_new - new_means,
        "the new points are not centred: the row means of K_new are missing.": K_new - train_means,
        "you centred by the new points' own means; use the training means, from K.":
            K_new - new_means - K_new.mean(0) + K_new.mean(),
        "you centred by the new points' own mean in the last term; use K.mean().":
            K_new - new_means - train_means + K_new.mean(),
        "the column means must be those of K, the training kernel, not of K_new.":
            K_new - new_means - K_new.mean(0) + grand,
        "one number for all is not enough: each row and each column has its own mean.": K_new - grand,
        "nothing was centred.": K_new,
    }  # fmt: skip
    b, c = example(4, 2), example(6, 2, seed=2)
    second_case = (b @ c.T, c @ c.T), (b - c.mean(0)) @ (c - c.mean(0)).T
    success_message = "These are the inner products of features centred by the training mean."
    grade(answer, (K_new, K), expected, mistakes, success_message, second_case)


def check_criterion(answer):
    """criterion(alpha, K, y): (n,), (n, n) centred, (n,) -> J, between 0 and 1."""
    x, alpha = example(9, 4), example(9, 1, seed=2)[:, 0] - 3
    K = (x - x.mean(0)) @ (x - x.mean(0)).T
    y = torch.tensor([0, 0, 0, 0, 1, 1, 1, 2, 2])
    onehot = torch.nn.functional.one_hot(y).float()
    n = onehot.sum(0)

    def ratio(t, power=1.0):
        return ((onehot.T @ t).square() / n**power).sum() / (t @ t)

    t = K @ alpha
    J = ratio(t)
    mistakes = {
        "the projections are K alpha, not alpha.": ratio(alpha),
        "divide each class's squared sum by its number of points, n_c.": ratio(t, 0),
        "these are the squared class means; each counts n_c times.": ratio(t, 2),
        "that is the within-class ratio: one minus the expected one.": 1 - J,
        "that is between against within; the denominator is the total.": J / (1 - J),
        "that is the between part; divide it by the total t·t.": J * (t @ t),
        "upside down: between is the numerator.": 1 / J,
        "the denominator is αᵀKKα, the projections squared, not αᵀKα.": J * (t @ t) / (alpha @ t),
        "K is on both sides of W: the projections are used twice.":
            alpha @ onehot / n @ (onehot.T @ t) / (t @ t),
    }  # fmt: skip
    other, b = example(6, 3), example(6, 1, seed=5)[:, 0] - 3
    K2, y2 = (other - other.mean(0)) @ (other - other.mean(0)).T, torch.tensor([0, 1, 0, 1, 1, 1])
    t2 = K2 @ b
    right2 = (t2[[0, 2]].sum() ** 2 / 2 + t2[[1, 3, 4, 5]].sum() ** 2 / 4) / (t2 @ t2)
    success_message = "A ratio: 0 if the class means agree, 1 if each class is a point."
    grade(answer, (alpha, K, y), J, mistakes, success_message, second_case=((b, K2, y2), right2))


def check_perplexity(answer):
    """perplexity(p): (n, m), rows sum to 1 -> (n,)."""
    p = torch.softmax(example(5, 6), 1)
    p = torch.where(p < 0.02, 0, p)
    p = p / p.sum(1, keepdim=True)
    nats = torch.special.entr(p).sum(1)
    mistakes = {
        "that is the entropy in nats; take exp of it.": nats,
        "that is the entropy in bits; take 2 to its power.": nats / torch.log(torch.tensor(2.0)),
        "exp of an entropy in bits: base and logarithm must match.": (nats / 0.6931472).exp(),
        "2 to an entropy in nats: base and logarithm must match.": 2**nats,
        "the minus sign of the entropy is missing.": (-nats).exp(),
        "one number per point is expected: sum over dim 1.": torch.special.entr(p).sum(0).exp(),
        "that is the inverse participation 1/Σp²; perplexity uses the entropy.": 1 / p.square().sum(1),
        "you averaged the entropies' terms; sum them.": torch.special.entr(p).mean(1).exp(),
        "one number per row is expected; do not sum over the points.": nats.sum().exp(),
    }
    other = torch.tensor([[0.5, 0.5, 0.0], [1.0, 0.0, 0.0], [0.25, 0.5, 0.25]])
    second_case = (other,), torch.tensor([2.0, 1.0, 2.0**1.5])
    grade(answer, (p,), nats.exp(), mistakes, "A fair choice among m has perplexity m.", second_case)
