"""Checkers of 11_cvae."""

import math

import torch

from helpers.exercises import example, grade


def check_condition(answer):
    """condition(z, y): (n, q), (n,) -> (n, q + 10), the codes and the labels one-hot."""
    z, y = example(6, 3), torch.tensor([7, 0, 5, 3, 3, 1])
    hot = torch.eye(10)[y]
    mistakes = {
        "a label is a name, not a quantity: ten inputs, one for each.": torch.cat([z, y[:, None]], 1),
        "the codes first, then the label.": torch.cat([hot, z], 1),
        "the codes are missing.": hot,
        "the label is missing.": z,
        "one input for each of the ten labels, also for those that do not occur here.": torch.cat(
            [z, hot[:, y.unique()]], 1
        ),
        "ten inputs, also if the highest label here is 7: say one_hot(y, 10).": torch.cat([z, hot[:, :8]], 1),
        "0 and 1 are swapped: 1 marks the label.": torch.cat([z, 1 - hot], 1),
        "labels begin with 0: column 0 is that of the digit 0.": torch.cat([z, hot.roll(1, 1)], 1),
        "next to each other (dimension 1), not multiplied.": (z[:, :, None] * hot[:, None]).flatten(1),
    }
    second_case = (torch.ones(1, 2), torch.tensor([2])), torch.tensor([[1, 1, 0, 0, 1.0] + [0] * 7])
    grade(answer, (z, y), torch.cat([z, hot], 1), mistakes, "Codes and labels, side by side.", second_case)


def check_conditional_kl(answer):
    """conditional_kl(mu, log_var, prior_mu, prior_log_var): (n, q) each -> (n,) in nats."""
    mu, log_var = example(5, 3, seed=2) / 3, example(5, 3, seed=3).abs() / 4 + 0.2
    prior_mu, prior_log_var = example(5, 3, seed=4) / 4, 0.9 - example(5, 3, seed=5).abs() / 5

    def kl(m, lv, pm, plv, half=0.5, one=1):
        return half * (((m - pm) ** 2 + lv.exp()) / plv.exp() - one + plv - lv)

    inputs = mu, log_var, prior_mu, prior_log_var
    each, zero = kl(*inputs), torch.zeros_like(mu)
    difference, ratio = (mu - prior_mu) ** 2, (log_var - prior_log_var).exp()
    logs = prior_log_var - log_var
    mistakes = {
        "that is the KL to N(0, I): the prior has a mean and a variance here.": kl(*inputs[:2], zero, zero),
        "the prior's mean is missing.": kl(mu, log_var, zero, prior_log_var),
        "the prior's variance is missing.": kl(mu, log_var, prior_mu, zero),
        "the arguments are swapped: KL(q‖p) averages over q.": kl(prior_mu, prior_log_var, mu, log_var),
        "the squared distance of the means is measured in the prior's variance too.": 0.5
        * (difference + ratio - 1 + logs),
        "the KL has a ½.": 2 * each,
        "the −1 is missing: for q = prior it must be 0.": each + 0.5,
        "the logarithms have the wrong sign: a narrow q has a larger KL.": 0.5
        * (difference / prior_log_var.exp() + ratio - 1 - logs),
        "the logarithms are missing: for q = prior it would be 0, but not only there.": each - 0.5 * logs,
        "log-variances are ln s², not ln s.": kl(mu, 2 * log_var, prior_mu, 2 * prior_log_var),
        "divide the variance by the prior's too, and add the prior's logarithm.": 0.5
        * (difference / prior_log_var.exp() + log_var.exp() - 1 - log_var),
        "q's variance is divided by the prior's too.": 0.5
        * (difference / prior_log_var.exp() + log_var.exp() - 1 + logs),
        "a standard deviation is exp(½ log_var): divide the squared distance by the variance once.": 0.5
        * (difference / (2 * prior_log_var).exp() + ratio - 1 + logs),
        "the distance of the means must be squared.": 0.5
        * ((mu - prior_mu) / prior_log_var.exp() + ratio - 1 + logs),
    }
    mistakes = {hint: value.sum(1) for hint, value in mistakes.items()}
    mistakes |= {
        "that is minus the KL.": -each.sum(1),
        "the −1 is needed once per latent dimension.": each.sum(1) + 1,
        "sum over the latent dimensions: their mean implies β = 1/q.": each.mean(1),
        "sum over the latent dimensions (dim 1), not over the batch.": each.sum(0),
        "one number per example: sum over the latent dimensions.": each,
        "one number per example: do not average over the batch.": each.sum(1).mean(),
    }
    one = torch.ones(2, 4)
    second_case = (2 * one, 0 * one, one, 0 * one), torch.tensor([2.0, 2.0])
    grade(answer, inputs, each.sum(1), mistakes, "Zero only where posterior and prior agree.", second_case)


def check_stripes(answer):
    """stripes(images): (n, 784) -> (n, 784), 0 in the second row of pixels and every second one after it."""
    x = (example(3, 784) > 0).float()
    hidden = (torch.arange(784) // 28 % 2).float()
    columns = (torch.arange(784) % 28 % 2).float()
    expected = (1 - hidden) * (2 * x - 1)
    mistakes = {
        "visible and masked are swapped: begin by masking the second row.": hidden * (2 * x - 1),
        "that masks columns: the row of pixel i is i // 28.": (1 - columns) * (2 * x - 1),
        "visible and masked columns: the row of pixel i is i // 28.": columns * (2 * x - 1),
        "a masked pixel is 0 in the condition, not −1: mask after scaling.": 2 * (1 - hidden) * x - 1,
        "visible pixels run from −1 to 1: scale them by 2 x − 1.": (1 - hidden) * x,
        "the sign is reversed: foreground is +1.": -expected,
        "nothing is masked.": 2 * x - 1,
        "that is the mask: multiply it with the images.": (1 - hidden).expand_as(x),
        "that masks every second row of the batch: the rows of pixels are meant.": torch.stack(
            [(2 * row - 1) * (i % 2 == 0) for i, row in enumerate(x)]
        ),
    }
    grade(answer, (x,), expected, mistakes, "Every second row is masked.", ((x[:1],), expected[:1]))


def check_style_transfer(answer):
    """style_transfer(z, old_mu, old_log_var, new_mu, new_log_var): (n, q) each -> (n, q)."""
    z, old, new = example(5, 3), example(5, 3, seed=1) / 3, example(5, 3, seed=2) / 2
    old_lv, new_lv = example(5, 3, seed=3).abs() / 3 - 1, 0.5 - example(5, 3, seed=4).abs() / 2
    e = (z - old) * (-0.5 * old_lv).exp()
    expected = new + (0.5 * new_lv).exp() * e
    mistakes = {
        "the code is unchanged.": z,
        "that is the style ε: map it to the new label's prior.": e,
        "only the means are changed: the standard deviations differ too.": z - old + new,
        "the old mean is not subtracted.": new + (0.5 * (new_lv - old_lv)).exp() * z,
        "the new mean is not added.": expected - new,
        "the old standard deviation is not divided out.": new + (0.5 * new_lv).exp() * (z - old),
        "the new standard deviation is missing.": new + e,
        "old and new are swapped.": old + (0.5 * (old_lv - new_lv)).exp() * (z - new),
        "log-variances are ln s²: the ½ is missing.": new + (new_lv - old_lv).exp() * (z - old),
        "both means are missing.": (0.5 * (new_lv - old_lv)).exp() * z,
        "the ½ is missing in the new scale.": new + (new_lv - 0.5 * old_lv).exp() * (z - old),
        "the ½ is missing in the old scale.": new + (0.5 * new_lv - old_lv).exp() * (z - old),
        "divide by the old scale, do not multiply.": new + (0.5 * (new_lv + old_lv)).exp() * (z - old),
        "multiply by the new scale, divide by the old.": new + (0.5 * (old_lv - new_lv)).exp() * (z - old),
        "standard deviations are exp(½ log_var), not log_var.": new + new_lv / old_lv * (z - old),
        "both means are added; subtract the old one.": expected + 2 * old * (0.5 * (new_lv - old_lv)).exp(),
    }
    one = torch.ones(1, 2)
    second_case = (3 * one, one, 0 * one, 5 * one, math.log(4) * one), 9 * one
    inputs, success_message = (z, old, old_lv, new, new_lv), "The same style, another digit."
    grade(answer, inputs, expected, mistakes, success_message, second_case)
