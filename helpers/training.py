"""One training loop for every model of the series."""

import contextlib
import functools
import math
import random
import time
import traceback
import warnings

import numpy as np
import safetensors.torch
import torch
from IPython.display import Pretty, display

from helpers.data import weights


@functools.cache
def device(name=None):
    """The torch.device to use: a CUDA GPU that computes, else the CPU; or the one named.

    Why a GPU cannot be used is told once. Raises RuntimeError if the one named cannot be used.
    """
    wanted = torch.device(name or ("cuda" if torch.cuda.is_available() else "cpu"))
    if wanted.type == "cuda" and not torch.cuda.is_available():
        raise RuntimeError("No CUDA GPU here: use device() or device('cpu'); on Colab choose Runtime > "
                           "Change runtime type > GPU and run the notebook again.")  # fmt: skip
    try:
        with warnings.catch_warnings(action="ignore"):  # of several lines, for an old GPU
            (torch.ones(8, 8, device=wanted) @ torch.ones(8, 8, device=wanted)).sum().item()
        return wanted
    except Exception as error:
        problem = traceback.format_exception_only(error)[-1].splitlines()[0].rstrip(".")
    if wanted.type == "cuda":
        with contextlib.suppress(Exception):  # of a driver that answers nothing
            own, built = torch.cuda.get_device_capability(wanted), torch.cuda.get_arch_list()
            problem += f" (it is an sm_{own[0]}{own[1]}; this PyTorch was built for {', '.join(built)})"
    if name:
        raise RuntimeError(f"{name} cannot be used: {problem}. Use device() or device('cpu').")
    print(f"The GPU cannot be used, so the CPU is: {problem}.")
    return torch.device("cpu")


def budget(cpu, gpu):
    """The number of epochs for the device at hand: `cpu` of them, or `gpu`."""
    return gpu if device().type == "cuda" else cpu


def seed_everything(seed=0):
    """Seed the random number generators of Python, NumPy and torch."""
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def fit(model, data, epochs, lr, batch_size=128, on_epoch_end=None):
    """Train a model by Adam (Kingma & Ba 2015) with a one-cycle schedule (Smith & Topin 2018).

    model: has loss(*batch) -> {"loss": to minimise, other named parts}, each a scalar tensor.
    data: a tensor (n, …), or a tuple of them, on the model's device; batches are slices of it.
    lr: the peak of the schedule, which ends near zero; each call starts a new schedule.
    on_epoch_end: a function () -> {name: number}, called after each epoch with the model in evaluation mode.
    Returns the history {name: [one number per epoch]}: the parts of the loss, averaged over the epoch's
    examples while the weights change, and what `on_epoch_end` returned. The model is left in evaluation
    mode, and marked as `fitted` for the sliders once an epoch is complete.

    Interrupting it (Kernel > Interrupt) keeps the model and the history of the complete epochs.
    Raises ValueError for no epochs or tensors of different lengths, FloatingPointError if a part of
    the loss or a weight is no longer finite, and torch.OutOfMemoryError if the GPU's memory is full; the
    model is then as it was before that epoch, and the history is the error's attribute `history`.
    """
    data = data if isinstance(data, tuple) else (data,)
    n = len(data[0])
    if epochs < 1 or n < 1 or any(len(tensor) != n for tensor in data):
        lengths = [len(tensor) for tensor in data]
        raise ValueError(f"fit needs epochs ≥ 1 and tensors of one length: got {epochs} and {lengths}.")
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimiser = torch.optim.Adam(parameters, lr=lr, fused=True)
    steps = math.ceil(n / batch_size) * epochs
    if steps < 10:
        print(f"Training steps: {steps}, too few for the learning rate to rise and fall, so the model hardly "
              "learns: take more epochs or a smaller batch_size.")  # fmt: skip
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, lr, total_steps=steps)
    history, start, report = {}, time.perf_counter(), _progress()
    checkpoint, out_of_memory = model.state_dict(), False
    try:
        for epoch in range(1, epochs + 1):
            checkpoint = {name: value.clone() for name, value in model.state_dict().items()}
            numbers = _train_epoch(model, data, batch_size, optimiser, schedule)
            _stop_if_not_finite(model, numbers, checkpoint, history, epoch, lr)
            if on_epoch_end:
                model.eval()
                with torch.no_grad():
                    numbers |= on_epoch_end()
            for name, value in numbers.items():
                history.setdefault(name, []).append(value)
            state = "  ".join(f"{name} {values[-1]:.4g}" for name, values in history.items())
            message = f"epoch {epoch}/{epochs}  {state}  {time.perf_counter() - start:.1f} s"
            report(message, last=epoch == epochs)
    except KeyboardInterrupt:
        if not all(p.isfinite().all() for p in parameters):
            model.load_state_dict(checkpoint)
        report(f"Stopped by you in epoch {epoch} of {epochs}: the model and the history are kept.")
    except torch.OutOfMemoryError:
        out_of_memory = True  # the tensors of the failed step are freed only after this block
    finally:
        model.eval()
        if history:
            model.fitted = True
    if out_of_memory:
        model.load_state_dict(checkpoint)
        optimiser.zero_grad()
        optimiser = schedule = None  # the error's traceback keeps this function's local names alive
        error = torch.OutOfMemoryError(
            f"The GPU's memory was full in epoch {epoch}. The model is as it was before that epoch. Lower "
            f"batch_size (now {batch_size}), or the number of examples that `on_epoch_end` evaluates at once."
        )
        error.history = history
        raise error
    return history


def pretrained(model, name):
    """Load shipped weights into a model, built as its recipe builds it, and return it in evaluation mode.

    name: a file of data/weights without its suffix, e.g. "10_vae" into models.BinarisedVAE(784, 400, 20). The
    weights are stored as float16; recipes/ holds the code that trained them. The model stays on its device.
    Raises DataError if the file is missing or damaged, ValueError if its weights do not fit the model.
    """
    stored, own = safetensors.torch.load(weights(name)), model.state_dict()
    for key in {**stored, **own}:
        shapes = [list(tensors[key].shape) if key in tensors else "missing" for tensors in (stored, own)]
        if shapes[0] != shapes[1]:
            raise ValueError(f"The weights {name} do not fit this model: {key} is {shapes[0]} in the file, "
                             f"{shapes[1]} in the model. Build it as the folder recipes does.")  # fmt: skip
    model.load_state_dict(stored)
    model.fitted = True
    return model.eval()


def check_fitted(model):
    """Raise ValueError if a model that has weights to train is not marked as `fitted`."""
    if any(p.requires_grad for p in model.parameters()) and not getattr(model, "fitted", False):
        raise ValueError("This model is not trained yet, so its images mean nothing: run fit(model, …) "
                         "first. After a training loop of your own, set model.fitted = True.")  # fmt: skip


def _train_epoch(model, data, batch_size, optimiser, schedule):
    """One epoch in random order; returns {name: float}, the parts of the loss averaged over the examples."""
    model.train()
    n, sums = len(data[0]), {}
    for batch in torch.randperm(n, device=data[0].device).split(batch_size):
        losses = model.loss(*(tensor.index_select(0, batch) for tensor in data))
        optimiser.zero_grad()
        losses["loss"].backward()
        optimiser.step()
        schedule.step()
        for name, value in losses.items():
            sums[name] = sums.get(name, 0) + value.detach() * (len(batch) / n)
    return {name: value.item() for name, value in sums.items()}


def _stop_if_not_finite(model, means, checkpoint, history, epoch, lr):
    broken = [f"the part {name!r} of the loss" for name, v in means.items() if not math.isfinite(v)]
    broken += [f"the weight {name!r}" for name, p in model.named_parameters() if not p.isfinite().all()]
    if broken:
        model.load_state_dict(checkpoint)
        error = FloatingPointError(
            f"In epoch {epoch} {broken[0]} was no longer finite. The model is as it was before that "
            f"epoch. Try a smaller lr (now {lr:g}), and look for log or division of zero in the loss, or "
            "pixels outside 0 to 1."
        )
        error.history = history
        raise error


def _progress():
    """A function that shows a line in place of the one before, at most three per second: each takes time."""
    handle, last_shown = display(Pretty(""), display_id=True), 0

    def report(text, last=True):
        nonlocal last_shown
        if last or time.perf_counter() - last_shown > 0.3:
            last_shown = time.perf_counter()
            handle.update(Pretty(text)) if handle else print(text)

    return report
