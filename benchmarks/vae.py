"""Seconds until a VAE has −ELBO ≤ 106.5 nats on the MNIST test digits: the textbook loop and `fit`.

`python -m benchmarks.vae` trains the same network (784-400-20, SiLU) from the same start in both ways, in
one process, one after the other, and prints seconds and their ratio. What the test costs is not counted.

The textbook loop: a DataLoader over per-image transforms, Adam at 1e-3, batches of 128, 10 epochs,
eager float32. After each epoch the test digits are measured; the first epoch that reaches the goal counts.
`fit` runs the schedule of notebook 10 to its end, since it is only there that the learning rate is low.
"""

import copy
import math
import time

import numpy as np
import torch
from PIL import Image

from helpers import data, models, training

GOAL = 106.5  # nats


class Digits(torch.utils.data.Dataset):
    """Bytes, by way of a picture to a tensor, one by one: the steps of torchvision's MNIST and ToTensor."""

    def __init__(self, x):
        self.images = (255 * x).round().to(torch.uint8).view(-1, 28, 28).numpy()

    def __len__(self):
        return len(self.images)

    def __getitem__(self, i):
        picture = Image.fromarray(self.images[i], mode="L")
        image = torch.from_numpy(np.array(picture, np.uint8, copy=True)).view(28, 28, 1)
        return image.permute(2, 0, 1).contiguous().to(torch.float32).div(255)


def minus_elbo(model, x):
    """−ELBO of the digits (n, 784) by one roll each, in nats."""
    model.eval()
    with torch.no_grad():
        return sum(model.loss(some)["loss"].item() * len(some) for some in x.split(1000)) / len(x)


def textbook(model, x, test, device):
    """Train for ten epochs; returns [(seconds so far, −ELBO on test)], one an epoch."""
    loader = torch.utils.data.DataLoader(Digits(x), batch_size=128, shuffle=True)
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
    seconds, reached = 0.0, []
    for _epoch in range(10):
        start = time.perf_counter()
        model.train()
        for images in loader:
            loss = model.loss(images.view(-1, 784).to(device))["loss"]
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        wait(device)
        seconds += time.perf_counter() - start
        reached.append((seconds, minus_elbo(model, test)))
    return reached


def ours(model, x, test, device):
    """Train as notebook 10 does; returns [(seconds, −ELBO on test)]."""
    start = time.perf_counter()
    training.fit(model, x, epochs=3, lr=8e-3)
    wait(device)
    return [(time.perf_counter() - start, minus_elbo(model, test))]


def wait(device):
    """Until the device has finished what it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize()


def main():
    """Run both, print a table."""
    device = training.device()
    x, test = (data.mnist(split)[0].to(device) for split in ("train", "test"))
    training.seed(0)
    start = models.VAE(784, 400, 20).to(device)
    training.fit(copy.deepcopy(start), x[:6400], epochs=1, lr=1e-3)  # warms the machine up
    seconds = {"textbook": float("nan"), "ours": float("nan")}  # until the goal is reached
    for name, way in [("textbook", textbook), ("ours", ours)]:
        training.seed(0)
        # The textbook's images wait in the processor's memory, ours are on the device.
        images = x.cpu() if way is textbook else x
        for epoch, (took, loss) in enumerate(way(copy.deepcopy(start), images, test, device), 1):
            print(f"{name}, measure {epoch}: {took:.1f} s, −ELBO {loss:.2f}", flush=True)
            if loss <= GOAL and math.isnan(seconds[name]):
                seconds[name] = took
        print(f"{name}: in all {took:.1f} s, −ELBO ≤ {GOAL} after {seconds[name]:.1f} s")
    print(f"ratio {seconds['textbook'] / seconds['ours']:.2f} on {device}, {torch.get_num_threads()} threads")


if __name__ == "__main__":
    main()
