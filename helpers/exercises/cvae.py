"""Checkers of 11_cvae."""

import math

import torch

from helpers.exercises import example, grade


def check_condition(yours):
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
        "0 and 1 are changed over: 1 stands for the label.": torch.cat([z, 1 - hot], 1),
        "labels begin with 0: column 0 is that of the zero.": torch.cat([z, hot.roll(1, 1)], 1),
        "next to each other (dimension 1), not multiplied.": (z[:, :, None] * hot[:, None]).flatten(1),
    }
    also = (torch.ones(1, 2), torch.tensor([2])), torch.tensor([[1, 1, 0, 0, 1.0] + [0] * 7])
    grade(yours, (z, y), torch.cat([z, hot], 1), mistakes, "The decoder now knows what is asked.", also=also)


def check_conditional_kl(yours):
    """conditional_kl(mean, log_variance, prior_mean, prior_log_variance): (n, q) each -> (n,) in nats."""
    mean, log_variance = example(5, 3, seed=2) / 3, example(5, 3, seed=3).abs() / 4 + 0.2
    prior_mean, prior_log_variance = example(5, 3, seed=4) / 4, 0.9 - example(5, 3, seed=5).abs() / 5

    def kl(m, lv, pm, plv, half=0.5, one=1):
        return half * (((m - pm) ** 2 + lv.exp()) / plv.exp() - one + plv - lv)

    inputs = mean, log_variance, prior_mean, prior_log_variance
    each, zero = kl(*inputs), torch.zeros_like(mean)
    difference, ratio = (mean - prior_mean) ** 2, (log_variance - prior_log_variance).exp()
    logs = prior_log_variance - log_variance
    mistakes = {
        "that is the KL to N(0, I): the prior has a mean and a variance here.": kl(*inputs[:2], zero, zero),
        "the prior's mean is missing.": kl(mean, log_variance, zero, prior_log_variance),
        "the prior's variance is missing.": kl(mean, log_variance, prior_mean, zero),
        "turned round: KL(q‖p) averages over q.": kl(prior_mean, prior_log_variance, mean, log_variance),
        "the squared distance of the means is measured in the prior's variance too.": 0.5
        * (difference + ratio - 1 + logs),
        "the KL has a ½.": 2 * each,
        "the −1 is missing: for q = prior it must be 0.": each + 0.5,
        "the logarithms have the wrong sign: a narrow q costs more.": 0.5
        * (difference / prior_log_variance.exp() + ratio - 1 - logs),
        "the logarithms are missing: for q = prior it would be 0, but not only there.": each - 0.5 * logs,
        "log-variances are ln s², not ln s.": kl(mean, 2 * log_variance, prior_mean, 2 * prior_log_variance),
        "the variance is divided by the prior's too, and the prior's logarithm comes in.": 0.5
        * (difference / prior_log_variance.exp() + log_variance.exp() - 1 - log_variance),
        "q's variance is divided by the prior's too.": 0.5
        * (difference / prior_log_variance.exp() + log_variance.exp() - 1 + logs),
        "a width is exp(½ log_variance): the squared distance is divided by the variance once.": 0.5
        * (difference / (2 * prior_log_variance).exp() + ratio - 1 + logs),
        "the distance of the means comes squared.": 0.5
        * ((mean - prior_mean) / prior_log_variance.exp() + ratio - 1 + logs),
    }
    mistakes = {hint: value.sum(1) for hint, value in mistakes.items()}
    mistakes |= {
        "that is minus the KL.": -each.sum(1),
        "the −1 stands once for each code.": each.sum(1) + 1,
        "sum over the codes: their mean makes β secretly 1/q.": each.mean(1),
        "sum over the codes (dimension 1), not over the data.": each.sum(0),
        "one number a datum: sum over the codes.": each,
        "one number a datum: do not average over the data.": each.sum(1).mean(),
    }
    one = torch.ones(2, 4)
    also = (2 * one, 0 * one, one, 0 * one), torch.tensor([2.0, 2.0])
    grade(yours, inputs, each.sum(1), mistakes, "Zero only where posterior and prior agree.", also=also)


def check_transfer(yours):
    """transfer(z, old_mean, old_log_variance, new_mean, new_log_variance): (n, q) each -> (n, q)."""
    z, old, new = example(5, 3), example(5, 3, seed=1) / 3, example(5, 3, seed=2) / 2
    old_lv, new_lv = example(5, 3, seed=3).abs() / 3 - 1, 0.5 - example(5, 3, seed=4).abs() / 2
    e = (z - old) * (-0.5 * old_lv).exp()
    right = new + (0.5 * new_lv).exp() * e
    mistakes = {
        "the code is unchanged.": z,
        "that is the style: give it the new label's prior.": e,
        "only the means are changed: the widths differ too.": z - old + new,
        "the old mean is not taken off.": new + (0.5 * (new_lv - old_lv)).exp() * z,
        "the new mean is not added.": right - new,
        "the old width is not divided out.": new + (0.5 * new_lv).exp() * (z - old),
        "the new width is missing.": new + e,
        "old and new are changed over.": old + (0.5 * (old_lv - new_lv)).exp() * (z - new),
        "log-variances are ln s²: the ½ is missing.": new + (new_lv - old_lv).exp() * (z - old),
        "both means are missing.": (0.5 * (new_lv - old_lv)).exp() * z,
        "the ½ is missing in the new width.": new + (new_lv - 0.5 * old_lv).exp() * (z - old),
        "the ½ is missing in the old width.": new + (0.5 * new_lv - old_lv).exp() * (z - old),
        "divide by the old width, do not multiply.": new + (0.5 * (new_lv + old_lv)).exp() * (z - old),
        "multiply by the new width, divide by the old.": new + (0.5 * (old_lv - new_lv)).exp() * (z - old),
        "widths are exp(½ log_variance), not log_variance.": new + new_lv / old_lv * (z - old),
        "both means are added; take the old one off.": right + 2 * old * (0.5 * (new_lv - old_lv)).exp(),
    }
    one = torch.ones(1, 2)
    also = (3 * one, one, 0 * one, 5 * one, math.log(4) * one), 9 * one
    inputs, praise = (z, old, old_lv, new, new_lv), "The same style, another digit."
    grade(yours, inputs, right, mistakes, praise, also=also)
