"""Checkers of 09_reparameterization."""

import torch

from helpers.exercises import example, grade


def _and_gradients(function, inputs, rest, weights):
    """function(*inputs, *rest) and the gradients of its weighted sum by `inputs`, as one flat tensor."""
    at = [value.clone().requires_grad_() for value in inputs]
    value = function(*at, *rest)
    if not torch.is_tensor(value):
        return value
    if value.shape != inputs[0].shape:
        raise ValueError(f"the result has shape {tuple(value.shape)}, not {tuple(inputs[0].shape)}")
    gradients = [torch.zeros_like(v) for v in at]
    if value.requires_grad:
        weighted = (value * weights[: len(value)]).sum()
        found = torch.autograd.grad(weighted, at, allow_unused=True)
        gradients = [none if g is None else g for g, none in zip(found, gradients, strict=True)]
    return torch.cat([part.detach().flatten() for part in (value, *gradients)])


def check_sample_laplace(answer):
    """sample_laplace(m, b, u): three tensors (n,) -> (n,) samples, through which gradients reach m and b."""
    m, b = example(7, 1)[:, 0] - 2, example(7, 1, seed=1)[:, 0].abs() / 2 + 0.2
    u, weights = torch.tensor([0.03, 0.2, 0.41, 0.5, 0.66, 0.85, 0.98]), example(7, 1, seed=2)[:, 0]

    def noise(u):
        return torch.where(u <= 0.5, (2 * u).log(), -(2 - 2 * u).log())

    def run(function, m=m, b=b, u=u):
        return _and_gradients(function, (m, b), (u,), weights)

    low, high, eps = (2 * u).log(), -(2 - 2 * u).log(), noise(u)
    mistakes = {
        "no gradient reaches m and b: no detach, no .data, no sampling inside.":
            lambda m, b, u: (m + b * eps).detach(),
        "no gradient reaches b: only m is connected.": lambda m, b, u: m + b.detach() * eps,
        "no gradient reaches m: only b is connected.": lambda m, b, u: m.detach() + b * eps,
        "m is missing: the location is added.": lambda m, b, u: b * eps,
        "b is missing: the noise is multiplied by the scale.": lambda m, b, u: m + eps,
        "only the noise is scaled, not m.": lambda m, b, u: (m + eps) * b,
        "m and b are in each other's place: m is the location, b the scale.": lambda m, b, u: b + m * eps,
        "b is the scale, not its logarithm.": lambda m, b, u: m + b.exp() * eps,
        "b is the scale, not a variance: no square root.": lambda m, b, u: m + b.sqrt() * eps,
        "b multiplies the noise, do not divide.": lambda m, b, u: m + eps / b,
        "b is the scale, not the standard deviation: no √2.":
            (lambda m, b, u: m + b * eps / 2**0.5, lambda m, b, u: m + b * eps * 2**0.5),
        "the first formula holds for u ≤ ½ only: use torch.where.": lambda m, b, u: m + b * low,
        "the second formula holds for u > ½ only: use torch.where.": lambda m, b, u: m + b * high,
        "the two formulas are in each other's place: log(2u) is for u ≤ ½.":
            lambda m, b, u: m + b * torch.where(u <= 0.5, high, low),
        "above ½ the quantile is positive: −log(2 − 2u).":
            lambda m, b, u: m + b * torch.where(u <= 0.5, low, -high),
        "below ½ the quantile is negative: log(2u).":
            lambda m, b, u: m + b * torch.where(u <= 0.5, -low, high),
        "the sign of the noise is wrong: add it.": lambda m, b, u: m - b * eps,
        "a factor 2 is missing in the logarithm: log(2u), −log(2 − 2u).":
            lambda m, b, u: m + b * torch.where(u <= 0.5, u.log(), -(1 - u).log()),
        "u is uniform noise: apply the quantile function to it first.": lambda m, b, u: m + b * u,
    }  # fmt: skip
    hints = {hint: tuple(map(run, f)) if isinstance(f, tuple) else run(f) for hint, f in mistakes.items()}
    other = torch.tensor([1.0, 2.0]), torch.tensor([3.0, 0.5]), torch.tensor([0.9, 0.1])

    def right(m, b, u):
        return m + b * noise(u)

    grade(lambda m, b, u: run(answer, m, b, u), (m, b, u), run(right), hints,
          "A quantile function reparameterises any continuous distribution on the line.",
          (other, run(right, *other)))  # fmt: skip


def check_score_gradient_s(answer):
    """score_gradient_s(z, f, m, s): z, f: (n,), m, s: numbers -> a number, the estimate of dE[f]/ds."""
    m, s = 0.7, 1.6
    z = m + s * (example(9, 1)[:, 0] - 3)
    f = z.sin() + 2
    square, score = (z - m) ** 2, (z - m) ** 2 / s**3 - 1 / s
    expected = (f * score).mean()
    mistakes = {
        "averaged over the samples, not summed.": (f * score).sum(),
        "average over the samples.": f * score,
        "that is the derivative with respect to m, not s.": (f * (z - m) / s**2).mean(),
        "the term of the normalising constant is missing: log q contains −log s, so −1/s.":
            (f * square / s**3).mean(),
        "−1/s belongs to the score, so f multiplies it too.": (f * square / s**3).mean() - 1 / s,
        "the sign of 1/s is wrong: the derivative of −log s is −1/s.": (f * (square / s**3 + 1 / s)).mean(),
        "the sign is wrong: the score is (z − m)²/s³ − 1/s.": -expected,
        "s³, not s²: the derivative of −1/(2s²) is 1/s³.": (f * (square / s**2 - 1 / s)).mean(),
        "s³, not s: differentiate −(z − m)²/(2s²) with respect to s.": (f * (square / s - 1 / s)).mean(),
        "no factor ½: it cancels in the derivative.": (f * (square / (2 * s**3) - 1 / s)).mean(),
        "the square is missing: (z − m)².": (f * ((z - m) / s**3 - 1 / s)).mean(),
        "that is the derivative with respect to s²: multiply it by 2s.":
            (f * (square / (2 * s**4) - 1 / (2 * s**2))).mean(),
        "that is the derivative with respect to log s: divide it by s.": (f * (square / s**2 - 1)).mean(),
        "that is the derivative with respect to log s²: divide it by s/2.":
            (f * (square / s**2 - 1) / 2).mean(),
        "f is missing.": score.mean(),
        "no baseline is needed here.": ((f - f.mean()) * score).mean(),
        "multiply before you average: the mean of a product is not the product of means.":
            f.mean() * score.mean(),
        "the score is the derivative of log q, not log q.":
            (f * torch.distributions.Normal(m, s).log_prob(z)).mean(),
        "m is missing: z − m.": (f * (z**2 / s**3 - 1 / s)).mean(),
    }  # fmt: skip
    second_case = (torch.tensor([1.0, 3.0]), torch.tensor([2.0, 5.0]), 1.0, 2.0), -0.5
    grade(answer, (z, f, m, s), expected, mistakes, "Not one derivative of f was needed.", second_case)


def check_straight_through_gumbel(answer):
    """straight_through_gumbel(logits, gumbel, tau): (n, K), (n, K), a number -> (n, K)."""
    logits, gumbel, tau = example(4, 3) - 3, 2 * example(4, 3, seed=1).flip(1) - 6, 0.7
    weights = example(4, 3, seed=2)

    def soft(logits, gumbel, tau):
        return ((logits + gumbel) / tau).softmax(1)

    def hot(values):
        return torch.eye(values.shape[1])[values.argmax(1)]

    def through(value, p):
        return value + (p - p.detach())

    def right(logits, gumbel, tau):
        return through(hot(logits + gumbel), soft(logits, gumbel, tau))

    def run(function, logits=logits, gumbel=gumbel, tau=tau):
        return _and_gradients(function, (logits,), (gumbel, tau), weights[:, : logits.shape[1]])

    mistakes = {
        "the gradient is cut off: add soft − soft.detach().": lambda a, g, t: hot(a + g),
        "soft.detach() is subtracted, but soft not added: no gradient.":
            lambda a, g, t: hot(a + g) - soft(a, g, t).detach(),
        "those are soft samples: the value must be the one-hot vector.": soft,
        "the gradient's sign is wrong: + soft − soft.detach().":
            lambda a, g, t: hot(a + g) - soft(a, g, t) + soft(a, g, t).detach(),
        "one_hot + soft is not a one-hot vector: subtract soft.detach().":
            lambda a, g, t: hot(a + g) + soft(a, g, t),
        "that is the gradient of the logits; that of the softmax is expected.":
            lambda a, g, t: through(hot(a + g), a),
        "the largest entry of logits + gumbel, not of the logits alone: the sample is random.":
            (lambda a, g, t: through(hot(a), soft(a, g, t)), lambda a, g, t: through(hot(a), soft(a, 0, t))),
        "the largest entry of logits + gumbel, not of the noise alone.":
            lambda a, g, t: through(hot(g), soft(a, g, t)),
        "the noise is missing in the softmax: its gradient is that of π.":
            (lambda a, g, t: through(hot(a + g), soft(a, 0, t)),
             lambda a, g, t: through(hot(a + g), soft(a, 0, 1))),
        "the temperature is missing: divide by τ.": lambda a, g, t: through(hot(a + g), soft(a, g, 1)),
        "divide by τ, do not multiply.": lambda a, g, t: through(hot(a + g), soft(a, g, 1 / t)),
        "τ divides the sum, not the noise alone.": lambda a, g, t: through(hot(a + g), soft(a, g / t, 1)),
        "τ divides the sum, not the logits alone.": lambda a, g, t: through(hot(a + g), soft(a / t, g, 1)),
        "add the noise, do not subtract it.": lambda a, g, t: through(hot(a - g), soft(a, -g, t)),
        "softmax over the categories: dim 1.":
            lambda a, g, t: through(hot(a + g), ((a + g) / t).softmax(0)),
    }  # fmt: skip
    hints = {hint: tuple(map(run, f)) if isinstance(f, tuple) else run(f) for hint, f in mistakes.items()}
    other = torch.tensor([[0.0, 1.0]]), torch.tensor([[2.0, 0.5]]), 2.0
    grade(lambda a, g, t: run(answer, a, g, t), (logits, gumbel, tau), run(right), hints,
          "Forward a one-hot vector, backward a softmax.", (other, run(right, *other)))  # fmt: skip
