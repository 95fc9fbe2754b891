"""The models of notebook 11."""

import torch

from helpers import models
from recipes.training import train


class CompletionCVAE(models.CVAE):
    """A CVAE of the masked pixels, given the visible ones."""

    def loss(self, x):
        """Minus the ELBO of log p(masked | visible) for x (n, d), with random masks, and its parts, in nats.

        The condition is 0 at a masked pixel, 1 at visible foreground, −1 at visible background.
        """
        hidden, drawn = masks(len(x)), torch.bernoulli(x)
        c = (1 - hidden) * (2 * drawn - 1)
        mu, log_var = self.posterior(drawn, c)
        prior_mu, prior_log_var = self.prior(c)
        logits = self.logits(mu + (0.5 * log_var).exp() * torch.randn_like(mu), c)
        nll = torch.nn.functional.binary_cross_entropy_with_logits(logits, drawn, hidden, reduction="sum")
        scaled_mu = (mu - prior_mu) * (-0.5 * prior_log_var).exp()
        kl = models.gaussian_kl(scaled_mu, log_var - prior_log_var).mean()
        return {"loss": nll / len(x) + kl, "reconstruction": nll / len(x), "KL": kl}


class WeightedCVAE(models.LabelCVAE):
    """A LabelCVAE whose loss weights the two terms by a and b: the pitfall of notebook 11."""

    def __init__(self, a, b):
        super().__init__(784, 10, 300, 300, 6)
        self.a, self.b = a, b

    def loss(self, x, c):
        parts = super().loss(x, c)
        return parts | {"loss": self.a * parts["reconstruction"] + self.b * parts["KL"]}


class SeparateNet(torch.nn.Module):
    """A network that predicts each masked pixel separately, given the visible ones."""

    def __init__(self, *widths):
        super().__init__()
        self.net = models.mlp(*widths)

    def loss(self, x):
        """Mean −log p(masked | visible) in nats for x (n, d), with the random masks of CompletionCVAE."""
        hidden, x = masks(len(x)), torch.bernoulli(x)
        logits = self.net((1 - hidden) * (2 * x - 1))
        nll = torch.nn.functional.binary_cross_entropy_with_logits(logits, x, hidden, reduction="sum")
        return {"loss": nll / len(x)}


def masks(n):
    """n random masks of 28 × 28 pixels, (n, 784) float: 1 where a pixel is masked.

    Of twenty, eight hide a rectangle, five all but a rectangle, six the trace of a brush, one everything.
    """
    place = torch.arange(28.0)
    ends = (29 * torch.rand(2, 2, n, 1)).floor().sort(0).values  # first and last, of rows and columns
    rows, columns = ((place >= ends[0]) & (place < ends[1])).float()
    hidden = rows[:, :, None] * columns[:, None]
    kind = torch.randint(20, (n,))
    hidden[kind < 5] = 1 - hidden[kind < 5]
    brushed = (kind >= 5) & (kind < 11)
    k = int(brushed.sum())
    path = (28 * torch.rand(k, 1, 2) + (2.5 * torch.randn(k, 16, 2)).cumsum(1)).clamp(0, 27)
    grid = torch.cartesian_prod(place, place)
    distance = torch.cdist(grid.expand(k, -1, -1), path).amin(2)
    hidden[brushed] = (distance < 2 + 4 * torch.rand(k, 1)).float().view(k, 28, 28)
    hidden[kind == 11] = 1
    return hidden.flatten(1)


def cvae(digits, held_out, epochs=60):
    """784-300-300-6, and the reverse, each with the label as ten more inputs."""
    return train(models.LabelCVAE(784, 10, 300, 300, 6), digits, held_out, epochs, lr=3e-3)


def completion_cvae(digits, held_out, epochs=250):
    """Three networks with two hidden layers of 200, 16 latent dimensions."""
    return train(CompletionCVAE(784, 784, 200, 200, 16), digits, held_out, epochs, lr=1.5e-3)


def mean_pixels(digits, held_out, epochs=60):
    """The model of `cvae`, with the mean over the pixels in the reconstruction loss."""
    return train(WeightedCVAE(1 / 784, 1), digits, held_out, epochs, lr=3e-3)


def mean_dimensions(digits, held_out, epochs=60):
    """The model of `cvae`, with the mean over the latent dimensions in the KL term."""
    return train(WeightedCVAE(1, 1 / 6), digits, held_out, epochs, lr=3e-3)


def separate_pixels(digits, held_out, epochs=100):
    """784-600-600-784: no latent variables, for a comparison with the completion model."""
    return train(SeparateNet(784, 600, 600, 784), digits, held_out, epochs, lr=2e-3)


RECIPES = {
    "11_cvae": cvae,
    "11_cvae_completion": completion_cvae,
    "11_mean_dimensions": mean_dimensions,
    "11_mean_pixels": mean_pixels,
    "11_separate": separate_pixels,
}
