"""How fast a VAE trains: the textbook loop against `fit`, on the CPU or the GPU that is there.

`python -m benchmarks.vae` trains the same network (784-400-20, SiLU) from the same start in each way, in one
process: by `fit`, by the textbook loop, and by `fit` again, since a processor's speed drifts. It prints
epochs per second, the seconds until the network has −ELBO ≤ 106.5 nats on the MNIST test digits (what the
test costs is not counted), and where a step spends its time.

The textbook loop: a DataLoader over per-image transforms, Adam at 1e-3, batches of 128, 10 epochs,
eager float32. After each epoch the test digits are measured; the first epoch that reaches the goal counts.
`fit` runs its one-cycle schedule to the end, because the learning rate is low only there.
"""

import copy
import math
import statistics
import time

import numpy as np
import torch
from PIL import Image

from helpers import data, models, training

GOAL = 106.5  # nats
EPOCHS = 5  # of `fit`


class Digits(torch.utils.data.Dataset):
    """Bytes to a PIL image to a tensor, one by one: the steps of torchvision's MNIST and ToTensor."""

    def __init__(self, x):
        self.images = (255 * x).round().to(torch.uint8).view(-1, 28, 28).numpy()

    def __len__(self):
        return len(self.images)

    def __getitem__(self, i):
        pil_image = Image.fromarray(self.images[i], mode="L")
        image = torch.from_numpy(np.array(pil_image, np.uint8, copy=True)).view(28, 28, 1)
        return image.permute(2, 0, 1).contiguous().to(torch.float32).div(255)


def minus_elbo(model, x):
    """−ELBO of the digits (n, 784) with one sample each, in nats."""
    model.eval()
    with torch.no_grad():
        return sum(model.loss(batch)["loss"].item() * len(batch) for batch in x.split(1000)) / len(x)


def textbook(model, x, test, device):
    """Train for ten epochs; returns [(seconds so far, −ELBO on test)], one per epoch."""
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


def with_fit(model, x, test, device):
    """Train by `fit`; returns [(seconds, −ELBO on test)]."""
    start = time.perf_counter()
    training.fit(model, x, EPOCHS, lr=5e-3, batch_size=200)
    wait(device)
    return [(time.perf_counter() - start, minus_elbo(model, test))]


def wait(device):
    """Wait until the device has finished its work."""
    if device.type == "cuda":
        torch.cuda.synchronize()


def milliseconds(work, device, times=50):
    """The median time of work()."""
    took = []
    for _ in range(times):
        wait(device)
        start = time.perf_counter()
        work()
        wait(device)
        took.append(1000 * (time.perf_counter() - start))
    return statistics.median(took)


def where_a_step_goes(model, x, device):
    """Print the milliseconds of a step on 200 images, and of its parts, each by itself."""
    optimiser = torch.optim.Adam(model.parameters(), fused=True)
    index = torch.randperm(len(x), device=device)[:200]

    def step():
        loss = model.loss(x[index])["loss"]
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()

    def products():  # forward, and backward to the weights and the inputs, except the images
        for i, (a, w) in enumerate(zip(inputs, weights, strict=True)):
            out = a @ w.T
            out.T @ a
            if i:
                out @ w

    weights = [p.detach() for p in model.parameters() if p.ndim == 2]
    inputs = [torch.randn(200, w.shape[1], device=device) for w in weights]
    large = torch.randn(2048, 2048, device=device)
    flop = sum(2 * 200 * w.numel() * (3 if i else 2) for i, w in enumerate(weights))
    parts = {"a step": step, "its matrix products": products, "Adam": optimiser.step}
    parts |= {"taking the batch": lambda: x[index], "a product of 2048 × 2048": lambda: large @ large}
    took = {name: milliseconds(work, device) for name, work in parts.items()}
    for name, ms in took.items():
        print(f"{name}: {ms:.2f} ms, {ms / took['a step']:.0%}")
    peak = 2 * 2048**3 / took["a product of 2048 × 2048"]
    print(f"the products at {flop / took['its matrix products'] / peak:.0%} of the speed of the large one "
          f"({peak / 1e6:.0f} GFLOP/s), the whole step at {flop / took['a step'] / peak:.0%}")  # fmt: skip


def main():
    """Run all, print a table."""
    device = training.device()
    x, test = (data.mnist(split)[0].to(device) for split in ("train", "test"))
    training.seed_everything(0)
    start = models.VAE(784, 400, 20).to(device)
    training.fit(copy.deepcopy(start), x[:6400], epochs=1, lr=1e-3)  # warms the machine up
    seconds, speed = {"fit": [], "textbook": []}, {"fit": [], "textbook": []}
    for name, train in [("fit", with_fit), ("textbook", textbook), ("fit", with_fit)]:
        training.seed_everything(0)
        images = x.cpu() if train is textbook else x  # the textbook's images are in the CPU's memory
        measures = train(copy.deepcopy(start), images, test, device)
        for took, loss in measures:
            print(f"{name}: {took:.1f} s, −ELBO {loss:.2f}", flush=True)
        seconds[name].append(next((took for took, loss in measures if loss <= GOAL), math.nan))
        speed[name].append((10 if train is textbook else EPOCHS) / measures[-1][0])
    print(f"{device}, {torch.get_num_threads()} threads, means of the runs:")
    seconds, speed = ({name: statistics.mean(runs) for name, runs in of.items()} for of in (seconds, speed))
    for name in seconds:
        print(f"{name}: {speed[name]:.2f} epochs per second, {speed[name] / speed['textbook']:.1f} times; "
              f"−ELBO ≤ {GOAL} after {seconds[name]:.2f} s, "
              f"{seconds['textbook'] / seconds[name]:.2f} times as fast")  # fmt: skip
    where_a_step_goes(start, x, device)


if __name__ == "__main__":
    main()
