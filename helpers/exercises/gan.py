"""Checkers of 15_gan."""

import math

import torch
from torch.nn.functional import softplus

from helpers.exercises import grade


def check_gan_losses(answer):
    """gan_losses(real, fake): log-odds (n,) each -> [discriminator loss, generator loss], in nats."""
    real, fake = torch.tensor([2.0, 0.5, -1, 3]), torch.tensor([-1.5, 0.3, 1, -2.5])

    def both(real, fake):
        result = answer(real, fake)
        pair = isinstance(result, tuple | list) and ... not in result
        return [torch.as_tensor(part) for part in result] if pair else result

    discriminator = softplus(-real).mean() + softplus(fake).mean()
    generator = softplus(-fake).mean()
    mistakes = {
        "the discriminator's labels are swapped: l must be large for real, small for fake.": [
            softplus(real).mean() + softplus(-fake).mean(),
            generator,
        ],
        "the generator's is the saturating loss, ln(1 − D): take −ln D.":
            [discriminator, -softplus(fake).mean()],
        "the generator's has the discriminator's label: this is −ln(1 − D).":
            [discriminator, softplus(fake).mean()],
        "labels are swapped throughout: this discriminator classifies fake samples as real.": [
            softplus(real).mean() + softplus(-fake).mean(),
            softplus(fake).mean(),
        ],
        "means over the batch, not sums.": [4 * discriminator, 4 * generator],
        "the discriminator's too is a mean over the batch, not a sum.": [4 * discriminator, generator],
        "these are bits: ln, not log2.": [discriminator / math.log(2), generator / math.log(2)],
        "the generator's loss uses fake samples, not real data.": [discriminator, softplus(-real).mean()],
        "both signs are wrong: a loss is minus the log-probability.": [-discriminator, -generator],
        "the discriminator's loss is the sum of its two halves, not their mean.":
            [discriminator / 2, generator],
        "first the discriminator's, then the generator's: they are swapped.": [generator, discriminator],
        "log-odds, not probabilities: ln D = −softplus(−l).": [
            -(real.sigmoid().mean() + (1 - fake.sigmoid()).mean()),
            -fake.sigmoid().mean(),
        ],
        "half of the discriminator's loss is missing, that of fake samples.":
            [softplus(-real).mean(), generator],
    }
    far = torch.tensor([-200.0, 200.0])
    second_case = (far, -far), [200.0, 100.0]
    overflow = "right, but not where a probability rounds to 0 or 1 (log-odds of ±200): use softplus."
    grade(both, (real, fake), [discriminator, generator], mistakes, "Also where a probability rounds to 0.",
          second_case, second_hint=overflow)  # fmt: skip


def check_optimal_discriminator(answer):
    """optimal_discriminator(x, m_p, s_p, m_q, s_q): x (n,), the rest numbers -> D*(x), (n,)."""
    x = torch.linspace(-2, 3, 11)
    m_p, s_p, m_q, s_q = 0.5, 1.5, -0.5, 0.8

    def log_normal(x, m, s):
        return -(((x - m) / s) ** 2) / 2 - math.log(s)

    log_p, log_q = log_normal(x, m_p, s_p), log_normal(x, m_q, s_q)
    odds = log_p - log_q
    no_half = -(((x - m_p) / s_p) ** 2) + ((x - m_q) / s_q) ** 2 + math.log(s_q / s_p)
    variance = log_normal(x, m_p, s_p**0.5) - log_normal(x, m_q, s_q**0.5)
    mistakes = {
        "this is 1 − D*: real, p, is the numerator.": (-odds).sigmoid(),
        "the factors 1/s are missing: they differ.": (odds + math.log(s_p / s_q)).sigmoid(),
        "these are the log-odds: D* is their sigmoid.": odds,
        "this is the ratio p/q: D* = p/(p + q).": odds.exp(),
        "the ½ in the exponent is missing.": no_half.sigmoid(),
        "s is a standard deviation: divide by its square.": variance.sigmoid(),
        "use both standard deviations: this has s_p in both densities.":
            (log_p - log_normal(x, m_q, s_p)).sigmoid(),
        "the sign of ln s: a wide density is low, −ln s.": (odds + 2 * math.log(s_p / s_q)).sigmoid(),
        "the factor is 1/s, not 1/√s.": (odds + math.log(s_p / s_q) / 2).sigmoid(),
        "the factor is 1/s, not 1/s².": (odds - math.log(s_p / s_q)).sigmoid(),
    }
    other = torch.tensor([-1.0, 0, 2])
    second_case = (other, 0.0, 1.0, 1.0, 1.0), (0.5 - other).sigmoid()
    grade(answer, (x, m_p, s_p, m_q, s_q), odds.sigmoid(), mistakes, "Bayes' rule.", second_case)


def check_label_entropy(answer):
    """label_entropy(probs): (n, K) probabilities -> entropy of the predicted classes over ln K."""
    generator = torch.Generator().manual_seed(0)
    probs = (3 * torch.randn(40, 5, generator=generator) + torch.tensor([2.0, 1, 0, 0, -1])).softmax(1)
    fraction = torch.bincount(probs.argmax(1), minlength=5) / 40
    H, log_K = torch.special.entr(fraction).sum(), math.log(5)
    mistakes = {
        "divide by ln K: this is the entropy in nats.": H,
        "the entropy in bits over ln K: use the same logarithm in both.": H / math.log(2) / log_K,
        "count the predicted classes; this averages the probabilities first.": torch.special.entr(
            probs.mean(0)
        ).sum()
        / log_K,
        "of the histogram of all images; this is the mean entropy of a single image's prediction.": (
            torch.special.entr(probs).sum(1).mean() / log_K
        ),
        "the sign: an entropy is −Σ p ln p.": -H / log_K,
        "divide by ln K, not by K.": H / 5,
        "fractions add up to 1: divide the counts by n.": torch.special.entr(40 * fraction).sum() / log_K,
        "that is the mean confidence, not an entropy.": probs.amax(1).mean(),
        "divide by ln K, K classes, not by ln n.": H / math.log(40),
    }
    second_case = (torch.eye(3)[[0, 0, 1, 1]],), math.log(2) / math.log(3)
    absent_class = "right here, but a class may be absent (0 ln 0 counts as 0), and K counts the columns."
    grade(answer, (probs,), H / log_K, mistakes, "1 means all classes equally often.", second_case,
          second_hint=absent_class)  # fmt: skip
