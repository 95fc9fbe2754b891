"""The benchmarks run, on a few digits; their figures are for whoever runs them whole."""

import nbformat
import torch

from benchmarks import notebooks, vae
from helpers import models


def test_both_loops_train_the_same_network():
    torch.manual_seed(0)
    x, cpu = torch.rand(784).expand(1000, 784).bernoulli(), torch.device("cpu")
    for train, measures in [(vae.textbook, 10), (vae.with_fit, 1)]:
        model = models.VAE(784, 20, 2)
        before = vae.minus_elbo(model, x)
        reached = train(model, x, x, cpu)
        assert len(reached) == measures and reached[-1][1] < before
        assert all(seconds > 0 for seconds, _ in reached)


def test_images_come_through_the_loader_unchanged():
    x = (255 * torch.rand(5, 784)).round() / 255
    assert torch.allclose(torch.stack([image.view(-1) for image in vae.Digits(x)]), x)


def test_training_is_counted_apart(tmp_path):
    path = f"import sys, time, torch\nsys.path.insert(0, {str(notebooks.FOLDER.parent)!r})"
    first = f"{path}\nfrom helpers import models, training"
    then = "time.sleep(1)\ntraining.fit(models.Autoencoder(4, 2), torch.rand(50, 4), 3, 0.01, 20)"
    cells = [nbformat.v4.new_code_cell(text) for text in (first, then)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "book.ipynb")
    seconds, fitting, steps = notebooks.run(tmp_path / "book.ipynb")
    assert steps == 9 and 0 < fitting < seconds - 1
