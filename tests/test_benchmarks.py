"""The benchmarks run, on a few digits; their figures are for whoever runs them whole."""

import torch

from benchmarks import vae
from helpers import models


def test_both_ways_train_the_same_network():
    torch.manual_seed(0)
    x, cpu = torch.rand(300, 784).round(), torch.device("cpu")
    for way, measures in [(vae.textbook, 10), (vae.ours, 1)]:
        model = models.VAE(784, 20, 2)
        before = vae.minus_elbo(model, x)
        reached = way(model, x, x, cpu)
        assert len(reached) == measures and reached[-1][1] < before
        assert all(seconds > 0 for seconds, _ in reached)


def test_images_come_through_the_loader_unchanged():
    x = (255 * torch.rand(5, 784)).round() / 255
    assert torch.allclose(torch.stack([image.view(-1) for image in vae.Digits(x)]), x)
