"""Train shipped models again: `python -m recipes NAME …`, or all of them without a name."""

import hashlib
import inspect
import platform
import sys
import time

import safetensors.torch
import torch

from helpers import data, training
from recipes import RECIPES
from recipes.training import figures


def save(name, model, metadata):
    """Write data/weights/{name}.safetensors in float16, and the checksums of all weights."""
    weights = {key: value.half().contiguous() for key, value in model.state_dict().items()}
    (data.WEIGHTS / f"{name}.safetensors").write_bytes(safetensors.torch.save(weights, metadata))
    files = sorted(data.WEIGHTS.glob("*.safetensors"))
    lines = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files]
    (data.WEIGHTS / "SHA256SUMS").write_text("".join(lines), "utf-8")


def main(names):
    """Train the models of these names, or all, and save them with the figures that they reach."""
    if unknown := [name for name in names if name not in RECIPES]:
        sys.exit(f"There is no recipe {unknown[0]}. The recipes are: {', '.join(RECIPES)}.")
    train, test = data.mnist(), data.mnist("test")
    for name in names or RECIPES:
        recipe, start = RECIPES[name], time.time()
        training.seed_everything(0)
        model = recipe(*([part[at] for part in train] for at in (slice(55_000), slice(55_000, None))))
        defaults = {key: p.default for key, p in inspect.signature(recipe).parameters.items()}
        metadata = {
            "recipe": f"python -m recipes {name}",
            "epochs": str(defaults["epochs"]),
            "seed": str(defaults.get("seed", 0)),
            "minutes": f"{(time.time() - start) / 60:.1f}",
            "threads": str(torch.get_num_threads()),
            "processor": platform.machine(),
            "torch": torch.__version__,
        }
        save(name, model, metadata)
        found = figures(training.pretrained(model, name), train, test)  # of the rounded weights
        save(name, model, metadata | {figure: f"{value:.4f}" for figure, value in found.items()})
        print(name, metadata | found, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
