"""What the recipes share."""

import torch

from helpers import metrics, models, training


def train(model, digits, held_out, epochs, lr):
    """Train a model in place by `fit`, in batches of 200, and show its loss on held_out after each epoch.

    digits, held_out: (n, 784) each; epochs, lr: as in `fit`. Returns the model, in evaluation mode.
    """

    def held_out_loss():
        return {"held out": mean_loss(model, held_out)}

    training.fit(model, digits, epochs, lr, batch_size=200, on_epoch_end=held_out_loss)
    return model


@torch.no_grad()
def mean_loss(model, x):
    """The model's loss on x (n, 784), averaged over the data in blocks of 1,000, as a float."""
    return sum(model.loss(block)["loss"].item() * len(block) for block in x.split(1000)) / len(x)


@torch.no_grad()
def figures(model, train, test):
    """Figures of a trained model on the test set, {name: float}, the same at each call.

    train, test: pairs of digits (n, 784) and labels (n,). "loss" is the model's own, averaged over five
    passes with fresh noise. With two latent dimensions "5-NN accuracy" is that of a classifier on them.
    """
    training.seed_everything(0)
    found = {"loss": sum(mean_loss(model, test[0]) for _ in range(5)) / 5}
    z, z_test = model.encode(train[0]), model.encode(test[0])
    if isinstance(model, models.VAE):
        found["active latent dimensions"] = float(metrics.active_units(z_test))
    if z.shape[1] == 2:
        found["5-NN accuracy"] = metrics.knn_accuracy(z, train[1], z_test, test[1])
    return found
