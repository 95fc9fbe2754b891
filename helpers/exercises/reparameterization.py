"""Checkers of 09_reparameterization."""

import torch

from helpers.exercises import example, grade


def check_reparameterise(answer):
    """reparameterise(mu, log_var, eps): three tensors (n, q) -> (n, q) samples."""
    mu, log_var, eps = example(5, 3), example(5, 3, seed=1) / 4 - 1, example(5, 3, seed=2) - 3

    def put(s):
        return mu + s * eps

    expected = put((0.5 * log_var).exp())
    mistakes = {
        "log_var is ln s²: the ½ is missing in the exponent.": put(log_var.exp()),
        "that adds the log-variance itself: take exp.": put(log_var),
        "exp is missing: ½ ln s² is ln s, not s.": put(0.5 * log_var),
        "the ½ belongs in the exponent.": put(0.5 * log_var.exp()),
        "log_var is a logarithm already: exp, not log or square root.": put(log_var.abs().sqrt()),
        "the mean is missing.": expected - mu,
        "eps is missing: that is not a sample.": mu + (0.5 * log_var).exp(),
        "that is the mean alone, not a sample.": mu,
        "the whole is not scaled, only eps.": (mu + eps) * (0.5 * log_var).exp(),
        "do not sample again: use eps, so that the result is a function of the inputs.": put(1),
        "wrong sign in the exponent: that divides by s.": put((-0.5 * log_var).exp()),
    }
    second_case = (torch.ones(1, 1), torch.zeros(1, 1), torch.ones(1, 1)), torch.full((1, 1), 2.0)
    grade(answer, (mu, log_var, eps), expected, mistakes, "The gradient bypasses the sampling.", second_case)


def check_score_gradient(answer):
    """score_gradient(z, f, m, s): z, f: (n,), m, s: numbers -> a number."""
    m, s = 0.7, 1.6
    z = m + s * (example(9, 1)[:, 0] - 3)
    f = z.sin() + 2
    away = z - m
    expected = (f * away / s**2).mean()
    mistakes = {
        "averaged over the samples, not summed.": (f * away / s**2).sum(),
        "average over the samples.": f * away / s**2,
        "divide by s², not by s.": (f * away / s).mean(),
        "s² is missing: the score of N(m, s²) is (z − m)/s².": (f * away).mean(),
        "divide by s², do not multiply.": (f * away * s**2).mean(),
        "the sign is wrong: the derivative with respect to m is positive.": -expected,
        "no factor ½: it cancels in the derivative.": expected / 2,
        "f is missing.": (away / s**2).mean(),
        "no baseline is needed here.": ((f - f.mean()) * away / s**2).mean(),
        "that is the derivative with respect to s, not m.": (f * (away**2 / s**3 - 1 / s)).mean(),
        "multiply before you average: the mean of a product is not the product of means.":
            f.mean() * (away / s**2).mean(),
        "the score is the derivative of log q, not log q.":
            (f * torch.distributions.Normal(m, s).log_prob(z)).mean(),
        "m is missing: z − m.": (f * z / s**2).mean(),
    }  # fmt: skip
    second_case = (torch.tensor([1.0, 3.0]), torch.tensor([2.0, 5.0]), 1.0, 2.0), 1.25
    grade(answer, (z, f, m, s), expected, mistakes, "Not one derivative of f was needed.", second_case)


def check_straight_through_one_hot(answer):
    """straight_through_one_hot(logits, categories): (n, K), (n,) int64 -> (n, K), with softmax's gradient."""
    logits, categories = example(4, 3) - 3, torch.tensor([2, 0, 1, 1])
    weights = example(4, 3, seed=1)
    p = logits.softmax(1)
    one_hot = torch.eye(3)[categories]

    def value_and_gradient(function, logits, categories):
        at = logits.clone().requires_grad_()
        value = function(at, categories)
        if value is ... or value is None:
            return value
        weighted = (value * weights[: len(at), : at.shape[1]]).sum()
        if not weighted.requires_grad:
            return torch.cat([value.detach(), torch.zeros_like(at)])
        return torch.cat([value.detach(), torch.autograd.grad(weighted, at)[0]])

    def with_gradient(value, by):
        return torch.cat([value, p * (by - (p * by).sum(1, keepdim=True))])

    mistakes = {
        "the gradient is cut off: add p − p.detach().": torch.cat([one_hot, torch.zeros(4, 3)]),
        "those are the probabilities: the value must be the one-hot vector.": with_gradient(p, weights),
        "the gradient's sign is wrong: + p − p.detach().": with_gradient(one_hot, -weights),
        "one_hot + p is not a one-hot vector: subtract p.detach().": with_gradient(one_hot + p, weights),
        "the gradient of the softmax is expected, not that of the logits.": torch.cat([one_hot, weights]),
        "multiplied: the gradient then flows through the sampled category alone; add p − p.detach().":
            with_gradient(one_hot, weights * one_hot / p),
        "softmax over the categories: dim 1.":
            torch.cat([one_hot, (q := logits.softmax(0)) * (weights - (q * weights).sum(0))]),
        "p.detach() is subtracted, but p not added: no gradient.":
            torch.cat([one_hot - p, torch.zeros(4, 3)]),
    }  # fmt: skip
    other = torch.zeros(1, 2), torch.tensor([1])
    second_case = other, value_and_gradient(_solution, *other)

    def examined(logits, categories):
        return value_and_gradient(answer, logits, categories)

    grade(examined, (logits, categories), with_gradient(one_hot, weights), mistakes,
          "Forward a one-hot vector, backward a softmax.", second_case)  # fmt: skip


def _solution(logits, categories):
    p = logits.softmax(1)
    return torch.nn.functional.one_hot(categories, logits.shape[1]) + (p - p.detach())
