"""Checkers of 09_reparameterization."""

import torch

from helpers.exercises import example, grade


def check_reparameterise(yours):
    """reparameterise(mean, log_variance, eps): three tensors (n, q) -> (n, q) codes."""
    mean, log_variance, eps = example(5, 3), example(5, 3, seed=1) / 4 - 1, example(5, 3, seed=2) - 3

    def put(s):
        return mean + s * eps

    right = put((0.5 * log_variance).exp())
    mistakes = {
        "log_variance is ln s²: the ½ is missing in the exponent.": put(log_variance.exp()),
        "that adds the log-variance itself: take exp.": put(log_variance),
        "exp is missing: ½ ln s² is ln s, not s.": put(0.5 * log_variance),
        "the ½ belongs into the exponent.": put(0.5 * log_variance.exp()),
        "log_variance is a logarithm already: exp, not log or square root.": put(log_variance.abs().sqrt()),
        "the mean is missing.": right - mean,
        "eps is missing: that is no roll.": mean + (0.5 * log_variance).exp(),
        "that is the mean alone: no roll.": mean,
        "the whole is not scaled, only eps.": (mean + eps) * (0.5 * log_variance).exp(),
        "do not roll anew: use eps, so that the answer is a function of its inputs.": put(1),
        "wrong sign in the exponent: that divides by s.": put((-0.5 * log_variance).exp()),
    }
    also = (torch.ones(1, 1), torch.zeros(1, 1), torch.ones(1, 1)), torch.full((1, 1), 2.0)
    grade(yours, (mean, log_variance, eps), right, mistakes, "The roll stands beside.", also=also)


def check_score_gradient(yours):
    """score_gradient(z, f, m, s): (n,), (n,), two numbers -> a number."""
    m, s = 0.7, 1.6
    z = m + s * (example(9, 1)[:, 0] - 3)
    f = z.sin() + 2
    away = z - m
    right = (f * away / s**2).mean()
    mistakes = {
        "averaged over the rolls, not summed.": (f * away / s**2).sum(),
        "average over the rolls.": f * away / s**2,
        "divide by s², not by s.": (f * away / s).mean(),
        "s² is missing: the score of N(m, s²) is (z − m)/s².": (f * away).mean(),
        "divide by s², do not multiply.": (f * away * s**2).mean(),
        "the sign is turned: by m the exponent's derivative is plus.": -right,
        "no factor ½: it is gone in the derivative.": right / 2,
        "f is missing.": (away / s**2).mean(),
        "no baseline is asked for here.": ((f - f.mean()) * away / s**2).mean(),
        "that is the derivative by s, not by m.": (f * (away**2 / s**3 - 1 / s)).mean(),
        "multiply before you average: the mean of a product is not the product of means.":
            f.mean() * (away / s**2).mean(),
        "the score is the derivative of log q, not log q.":
            (f * torch.distributions.Normal(m, s).log_prob(z)).mean(),
        "m is missing: z − m.": (f * z / s**2).mean(),
    }  # fmt: skip
    also = (torch.tensor([1.0, 3.0]), torch.tensor([2.0, 5.0]), 1.0, 2.0), 1.25
    grade(yours, (z, f, m, s), right, mistakes, "Not one derivative of f was needed.", also=also)


def check_through(yours):
    """through(logits, words): (n, K), (n,) whole numbers -> (n, K), one-hot with the softmax's gradient."""
    logits, words = example(4, 3) - 3, torch.tensor([2, 0, 1, 1])
    weights = example(4, 3, seed=1)
    p = logits.softmax(1)
    one_hot = torch.eye(3)[words]

    def slope(function, logits, words):
        at = logits.clone().requires_grad_()
        value = function(at, words)
        if value is ... or value is None:
            return value
        weighted = (value * weights[: len(at), : at.shape[1]]).sum()
        if not weighted.requires_grad:
            return torch.cat([value.detach(), torch.zeros_like(at)])
        return torch.cat([value.detach(), torch.autograd.grad(weighted, at)[0]])

    def with_slope(value, by):
        return torch.cat([value, p * (by - (p * by).sum(1, keepdim=True))])

    mistakes = {
        "the gradient is cut off: add p − p.detach().": torch.cat([one_hot, torch.zeros(4, 3)]),
        "those are the probabilities: the value must be the one-hot vector.": with_slope(p, weights),
        "the gradient's sign is turned: + p − p.detach().": with_slope(one_hot, -weights),
        "one_hot + p is no one-hot vector: take p.detach() off.": with_slope(one_hot + p, weights),
        "the gradient of the softmax is wanted, not that of the logits.": torch.cat([one_hot, weights]),
        "multiplied: the gradient then flows through the rolled word alone; add p − p.detach().":
            with_slope(one_hot, weights * one_hot / p),
        "softmax over the words: dim 1.":
            torch.cat([one_hot, (q := logits.softmax(0)) * (weights - (q * weights).sum(0))]),
        "p.detach() is taken off, and p not added: no gradient.":
            torch.cat([one_hot - p, torch.zeros(4, 3)]),
    }  # fmt: skip
    also = (torch.zeros(1, 2), torch.tensor([1])), slope(_straight, torch.zeros(1, 2), torch.tensor([1]))

    def answer(logits, words):
        return slope(yours, logits, words)

    grade(answer, (logits, words), with_slope(one_hot, weights), mistakes,
          "Forward a word, backward a softmax.", also=also)  # fmt: skip


def _straight(logits, words):
    p = logits.softmax(1)
    return torch.nn.functional.one_hot(words, logits.shape[1]) + (p - p.detach())
