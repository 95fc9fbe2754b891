"""What the recipes share."""

import inspect

import torch

from helpers import metrics, models, training


def train(model, digits, held_out, epochs, lr):
    """Train a model in place by `fit`, in batches of 200, and show its loss on held_out after each epoch.

    digits, held_out: pairs of digits (n, 784) and labels (n,); epochs, lr: as in `fit`. Returns the model,
    in evaluation mode.
    """

    def held_out_loss():
        return {"held out": mean_loss(model, held_out)}

    training.fit(model, given(model, *digits), epochs, lr, batch_size=200, on_epoch_end=held_out_loss)
    return model


def given(model, x, y):
    """What a model's loss takes: digits x (n, 784) and, if conditional, labels y (n,) as one-hot vectors."""
    return (x, models.one_hot(y)) if "c" in inspect.signature(model.loss).parameters else (x,)


@torch.no_grad()
def mean_loss(model, digits):
    """The model's loss on a pair of digits (n, 784) and labels (n,), in blocks of 1,000, as a float."""
    blocks = zip(*(part.split(1000) for part in given(model, *digits)), strict=True)
    return sum(model.loss(*block)["loss"].item() * len(block[0]) for block in blocks) / len(digits[0])


@torch.no_grad()
def figures(model, train, test):
    """Figures of a trained model on the test set, {name: float}, the same at each call.

    train, test: pairs of digits (n, 784) and labels (n,). "loss" is the model's own, averaged over five
    passes with fresh noise. With two latent dimensions "5-NN accuracy" is that of a classifier on them.
    """
    training.seed_everything(0)
    found = {"loss": sum(mean_loss(model, test) for _ in range(5)) / 5}
    if not hasattr(model, "encode"):
        return found
    z, z_test = model.encode(train[0]), model.encode(test[0])
    if isinstance(model, models.VAE):
        found["active latent dimensions"] = float(metrics.active_units(z_test))
    if z.shape[1] == 2:
        found["5-NN accuracy"] = metrics.knn_accuracy(z, train[1], z_test, test[1])
    return found
