"""The data of the series, loaded and verified, and its masking. Nothing is downloaded."""

import gzip
import hashlib
import re
from pathlib import Path

import numpy as np
import torch

FACTORS = {"shape": 3, "size": 6, "orientation": 40, "pos_x": 32, "pos_y": 32}  # of a sprite
FOLDER = Path(__file__).resolve().parent.parent / "data"
WEIGHTS = FOLDER / "weights"
SHA256 = {
    "train-images-idx3-ubyte.gz": "0b367032e93c5d0cea0925647cfdb18614af8ee15f83e6f2fc2ad904a6835971",
    "train-labels-idx1-ubyte.gz": "1787548bbe0bff1ec2ecdc0ef292b02df999e2d1a6002d27500982c652b17203",
    "t10k-images-idx3-ubyte.gz": "1a1a05eab793c14bb050b398624a11b0ffd1a2953baed553b1b9bd079e2a20be",
    "t10k-labels-idx1-ubyte.gz": "b91679a0acfe4ba0e50a2437a903084cba1f5f92592b016a25a7dfd00455798b",
    "american-english.gz": "11529a7dbf35f96f541134dbae393778e4b241c9ddb68328e1804891f61ca5bb",
}


class DataError(Exception):
    """A data file is missing or damaged; the message says which and how to restore it."""


def verified(path, sha256, otherwise="copy the original named in data/README.md"):
    """The bytes of a file of this series, its SHA-256 checked first.

    otherwise: how to restore the file without git. Raises DataError, naming the file and how to restore it,
    if it is missing, empty or changed.
    """
    how_to_restore = f"restore it with `git checkout -- data`, or {otherwise}"
    if not path.is_file():
        raise DataError(f"{path.name} is missing: {how_to_restore} (SHA-256 {sha256}).")
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        problem = "is empty" if not content else f"is damaged (its SHA-256 is {found})"
        raise DataError(f"{path.name} {problem}: {how_to_restore}. The SHA-256 must be {sha256}.")
    return content


def unpacked(path):
    """The unpacked bytes of a verified gzipped file; raises as `verified` does."""
    return gzip.decompress(verified(path, SHA256[path.name]))


def weights(name):
    """The bytes of the shipped weights data/weights/{name}.safetensors, checked against SHA256SUMS there.

    Raises DataError, naming the file and how to restore it, if there is none of that name or it is damaged.
    """
    sums = WEIGHTS / "SHA256SUMS"
    lines = sums.read_text("utf-8").splitlines() if sums.is_file() else []
    listed = dict(line.split()[::-1] for line in lines)
    file = f"{name}.safetensors"
    if file not in listed:
        names = ", ".join(sorted(listed)).replace(".safetensors", "") or "nothing"
        raise DataError(f"There are no weights {name!r}: {sums} lists {names}.")
    return verified(WEIGHTS / file, listed[file], f"train it again with `python -m recipes {name}`")


def mnist(split="train", folder=FOLDER / "mnist"):
    """The MNIST digits (LeCun, Cortes and Burges 1998).

    split: "train" (60,000 images) or "test" (10,000).
    Returns x, y: x is (n, 784) float32, pixel intensities from 0 (background) to 1, row by row; y is
    (n,) int64, the digits 0-9. x.view(-1, 28, 28) gives the images.
    Raises DataError if a file is missing or damaged, ValueError for another split.
    """
    if split not in ("train", "test"):
        raise ValueError(f'split is "train" or "test", not {split!r}.')
    stem = {"train": "train", "test": "t10k"}[split]
    pixels = unpacked(Path(folder) / f"{stem}-images-idx3-ubyte.gz")[16:]
    labels = unpacked(Path(folder) / f"{stem}-labels-idx1-ubyte.gz")[8:]
    x = torch.from_numpy(np.frombuffer(pixels, np.uint8).reshape(-1, 784).astype(np.float32))
    y = torch.from_numpy(np.frombuffer(labels, np.uint8).astype(np.int64))
    return x.div_(255), y


def words(folder=FOLDER / "words"):
    """English words of 3 to 10 lower-case letters a-z, in the list's order (SCOWL, by Debian's wamerican).

    Returns a list of 52,271 strings. Raises DataError if the file is missing or damaged.
    """
    lines = unpacked(Path(folder) / "american-english.gz").decode().splitlines()
    return [line for line in lines if re.fullmatch("[a-z]{3,10}", line)]


def sprites(n, seed=0):
    """Images of one shape each, with five known factors of variation, after dSprites (Matthey et al. 2017).

    Returns x, factors: x is (n, 400) float32, 20 × 20 pixel intensities from 0 to 1; factors (n, 5) int64,
    sampled uniformly and independently: see FACTORS. The same seed gives the same sprites everywhere.
    """
    generator = torch.Generator().manual_seed(seed)
    factor_values = [torch.randint(values, (n,), generator=generator) for values in FACTORS.values()]
    factors = torch.stack(factor_values, 1)
    return render_sprites(factors), factors


def render_sprites(factors):
    """The sprites with these factors: hook, key or wedge; its size, orientation, and position.

    factors: (n, 5) int64, within FACTORS. Orientations are multiples of 9°; no shape has a rotational
    symmetry, so that the orientation of a sprite is unique. Radii range from 3.5 to 5.8 pixels, positions
    over 8 pixels. A pixel's intensity is the fraction that the shape covers, by its signed distance.
    Returns (n, 400) float32. Raises ValueError for factors of another width or range.
    """
    counts = torch.tensor(list(FACTORS.values()))
    if factors.ndim != 2 or factors.shape[1] != 5 or (factors < 0).any() or (factors >= counts).any():
        raise ValueError(f"A sprite has five factors, from 0 to below {FACTORS}.")
    shape, size, orientation, pos_x, pos_y = factors[:, :, None, None].unbind(1)
    size, angle = 3.5 + 0.46 * size, orientation * (2 * torch.pi / 40)
    axis = torch.arange(20) - 9.5
    dx, dy = axis - (pos_x / 31 - 0.5) * 8, -axis[:, None] - (pos_y / 31 - 0.5) * 8
    u = (angle.cos() * dx + angle.sin() * dy) / size
    v = (angle.cos() * dy - angle.sin() * dx) / size

    def box(left, bottom, width, height):
        return torch.maximum((u - left).abs() - width, (v - bottom).abs() - height)

    hook = torch.minimum(box(-0.3, 0, 0.25, 0.85), box(0.05, -0.6, 0.6, 0.25))
    key = torch.minimum((u**2 + (v - 0.45) ** 2).sqrt() - 0.5, box(0, -0.4, 0.22, 0.55))
    wedge = torch.maximum(-0.8 - v, (u.abs() - (0.95 - v) / 3.5) * 0.96)
    distance = torch.stack([hook, key, wedge]).gather(0, shape[None].expand(1, -1, 20, 20))[0]
    return (0.5 - distance * size).clamp(0, 1).flatten(1)


def mask(x, p, mask_value=0):
    """Mask x: each entry is replaced by `mask_value` with probability p, independently.

    x: a tensor of any shape and type. p: from 0 to 1, a number or a tensor that broadcasts to x.
    mask_value: a number or a tensor that broadcasts to x. Returns a tensor of x's shape. After the masking
    noise of Vincent et al. 2008, who mask a fixed number of entries.
    """
    masked = torch.rand(x.shape, device=x.device) < p
    return torch.where(masked, mask_value, x)
