"""Checkers of 15_gan."""

import math

import torch
from torch.nn.functional import softplus

from helpers.exercises import grade


def check_two_losses(yours):
    """two_losses(real, drawn): log-odds (n,) each -> [the critic's loss, the generator's], in nats."""
    real, drawn = torch.tensor([2.0, 0.5, -1, 3]), torch.tensor([-1.5, 0.3, 1, -2.5])

    def both(real, drawn):
        answer = yours(real, drawn)
        pair = isinstance(answer, tuple | list) and ... not in answer
        return [torch.as_tensor(part) for part in answer] if pair else answer

    critic = softplus(-real).mean() + softplus(drawn).mean()
    generator = softplus(-drawn).mean()
    mistakes = {
        "the critic's labels are swapped: real wants l large, drawn l small.": [
            softplus(real).mean() + softplus(-drawn).mean(),
            generator,
        ],
        "the generator's is the saturating loss, ln(1 − D): take −ln D.": [critic, -softplus(drawn).mean()],
        "the generator's has the critic's label: this is −ln(1 − D).": [critic, softplus(drawn).mean()],
        "labels are swapped throughout: this critic calls real what is drawn.": [
            softplus(real).mean() + softplus(-drawn).mean(),
            softplus(drawn).mean(),
        ],
        "means over the batch, not sums.": [4 * critic, 4 * generator],
        "the critic's too is a mean over the batch, not a sum.": [4 * critic, generator],
        "these are bits: ln, not log2.": [critic / math.log(2), generator / math.log(2)],
        "the generator's loss looks at what is drawn, not at real data.": [critic, softplus(-real).mean()],
        "both signs are turned: a loss is minus the log-probability.": [-critic, -generator],
        "the critic's loss is the sum of its two halves, not their mean.": [critic / 2, generator],
        "first the critic's, then the generator's: they are swapped round.": [generator, critic],
        "log-odds, not probabilities: ln D = −softplus(−l).": [
            -(real.sigmoid().mean() + (1 - drawn.sigmoid()).mean()),
            -drawn.sigmoid().mean(),
        ],
        "half of the critic's loss is missing, that of drawn data.": [softplus(-real).mean(), generator],
    }
    far = torch.tensor([-200.0, 200.0])
    also = (far, -far), [200.0, 100.0]
    overflow = "right, but not where a probability rounds to 0 or 1 (log-odds of ±200): use softplus."
    grade(both, (real, drawn), [critic, generator], mistakes, "Also where a probability rounds to 0.",
          also=also, also_hint=overflow)  # fmt: skip


def check_best_critic(yours):
    """best_critic(x, m_p, s_p, m_q, s_q): x (n,), the rest numbers -> D*(x), (n,)."""
    x = torch.linspace(-2, 3, 11)
    m_p, s_p, m_q, s_q = 0.5, 1.5, -0.5, 0.8

    def log_normal(x, m, s):
        return -(((x - m) / s) ** 2) / 2 - math.log(s)

    log_p, log_q = log_normal(x, m_p, s_p), log_normal(x, m_q, s_q)
    odds = log_p - log_q
    no_half = -(((x - m_p) / s_p) ** 2) + ((x - m_q) / s_q) ** 2 + math.log(s_q / s_p)
    variance = log_normal(x, m_p, s_p**0.5) - log_normal(x, m_q, s_q**0.5)
    mistakes = {
        "this is 1 − D*: real, p, goes on top.": (-odds).sigmoid(),
        "the factors 1/s are missing: they differ.": (odds + math.log(s_p / s_q)).sigmoid(),
        "these are the log-odds: D* is their sigmoid.": odds,
        "this is the ratio p/q: D* = p/(p + q).": odds.exp(),
        "the ½ in the exponent is missing.": no_half.sigmoid(),
        "s is a standard deviation: divide by its square.": variance.sigmoid(),
        "take both widths: this has s_p in both densities.": (log_p - log_normal(x, m_q, s_p)).sigmoid(),
        "the sign of ln s: a wide density is low, −ln s.": (odds + 2 * math.log(s_p / s_q)).sigmoid(),
        "the factor is 1/s, not 1/√s.": (odds + math.log(s_p / s_q) / 2).sigmoid(),
        "the factor is 1/s, not 1/s².": (odds - math.log(s_p / s_q)).sigmoid(),
    }
    also = (torch.tensor([-1.0, 0.0, 2.0]), 0.0, 1.0, 1.0, 1.0), (0.5 - torch.tensor([-1.0, 0, 2])).sigmoid()
    grade(yours, (x, m_p, s_p, m_q, s_q), odds.sigmoid(), mistakes, "Bayes' rule.", also=also)


def check_spread(yours):
    """spread_of(chance): (n, K) probabilities -> the entropy of the named classes over ln K, one number."""
    generator = torch.Generator().manual_seed(0)
    chance = (3 * torch.randn(40, 5, generator=generator) + torch.tensor([2.0, 1, 0, 0, -1])).softmax(1)
    share = torch.bincount(chance.argmax(1), minlength=5) / 40
    H, log_K = torch.special.entr(share).sum(), math.log(5)
    mistakes = {
        "as a share of ln K: this is the entropy in nats.": H,
        "the entropy in bits over ln K: use the same logarithm in both.": H / math.log(2) / log_K,
        "count the classes that are named; this averages the probabilities first.": torch.special.entr(
            chance.mean(0)
        ).sum()
        / log_K,
        "of the histogram of all pictures; this is the mean entropy of a single picture's reading.": (
            torch.special.entr(chance).sum(1).mean() / log_K
        ),
        "the sign: an entropy is −Σ p ln p.": -H / log_K,
        "divide by ln K, not by K.": H / 5,
        "shares add up to 1: divide the counts by n.": torch.special.entr(40 * share).sum() / log_K,
        "the confidence is another number.": chance.amax(1).mean(),
        "divide by ln K, K classes, not by ln n.": H / math.log(40),
    }
    also = (torch.eye(3)[[0, 0, 1, 1]],), math.log(2) / math.log(3)
    unnamed = "right here, but a class may go unnamed (0 ln 0 counts as 0), and K is the number of columns."
    grade(yours, (chance,), H / log_K, mistakes, "1 means all classes equally often.", also=also,
          also_hint=unnamed)  # fmt: skip
