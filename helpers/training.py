"""One training loop for every model of the series."""

import math
import random
import time

import numpy as np
import torch
from IPython.display import Pretty, display

from helpers import graphs


def device(name=None):
    """The torch.device to use: the GPU where there is one, else the CPU; or the one named.

    Raises RuntimeError if "cuda" is named and there is none.
    """
    if name is None:
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if torch.device(name).type == "cuda" and not torch.cuda.is_available():
        raise RuntimeError("No CUDA GPU here: use device() or device('cpu'); on Colab choose Runtime > "
                           "Change runtime type > GPU and run the notebook again.")  # fmt: skip
    return torch.device(name)


def budget(cpu, gpu):
    """The number of epochs for the device at hand: `cpu` of them, or `gpu`."""
    return gpu if device().type == "cuda" else cpu


def seed(number=0):
    """Start every random number generator (Python, NumPy, torch) from one number."""
    random.seed(number)
    np.random.seed(number)
    torch.manual_seed(number)


def fit(model, data, epochs, lr, batch_size=128, short=False, watch=None):
    """Train a model by Adam (Kingma & Ba 2015) on a one-cycle schedule (Smith & Topin 2018).

    model: has loss(*batch) -> {"loss": to minimise, other named parts}, each a scalar tensor.
    data: a tensor (n, …), or a tuple of them, on the model's device; batches are slices of it.
    lr: the peak of the schedule, which ends near zero; each call starts a new schedule.
    short: for runs of few steps: straight lines up and down, not a cosine's; betas of .85 and .93.
    watch: a function () -> {name: number}, called after each epoch with the model in evaluation mode.
    Returns the history {name: [one number an epoch]}: the parts of the loss, averaged over the
    epoch's images while the weights change, and what `watch` gave. The model is left in evaluation
    mode, and marked as `fitted` for the sliders once an epoch is complete.

    On a GPU a step is replayed as a CUDA graph where the loss allows it, products are in TensorFloat-32
    where the GPU has it (`helpers.graphs`), and Adam's first beta is constant, as it is with `short` (else it
    follows the schedule).

    Interrupting it (Kernel > Interrupt) keeps the model and the history of the whole epochs so far.
    Raises ValueError for no epochs or tensors of different lengths, FloatingPointError if a part of
    the loss or a weight is no longer finite, and torch.OutOfMemoryError if the GPU's memory is full; the
    model is then as it was before that epoch, and the history is the error's attribute `history`.
    """
    data = data if isinstance(data, tuple) else (data,)
    n, place = len(data[0]), data[0].device
    if epochs < 1 or n < 1 or any(len(tensor) != n for tensor in data):
        lengths = [len(tensor) for tensor in data]
        raise ValueError(f"fit wants epochs ≥ 1 and tensors of one length: got {epochs} and {lengths}.")
    graphed = graphs.possible(place)
    weights = [p for p in model.parameters() if p.requires_grad]
    rate = torch.tensor(lr, dtype=torch.float32, device=place) if graphed else lr  # a graph reads it anew
    betas, shape, steady = ((0.85, 0.93), "linear", True) if short else ((0.9, 0.999), "cos", graphed)
    optimiser = torch.optim.Adam(weights, lr=rate, betas=betas, fused=True, capturable=graphed)
    steps = math.ceil(n / batch_size) * epochs
    one_cycle = torch.optim.lr_scheduler.OneCycleLR
    schedule = one_cycle(optimiser, lr, steps, anneal_strategy=shape, cycle_momentum=not steady)
    sums, history, start, say = {}, {}, time.perf_counter(), _progress()

    def step(batch):
        parts = model.loss(*(tensor.index_select(0, batch) for tensor in data))
        optimiser.zero_grad()
        parts["loss"].backward()
        optimiser.step()
        for name, value in parts.items():
            if name not in sums:
                sums[name] = torch.zeros_like(value)
            sums[name] += value.detach() * (len(batch) / n)

    do, known, before, full = step, None, model.state_dict(), False
    try:
        for epoch in range(1, epochs + 1):
            before = {name: value.clone() for name, value in model.state_dict().items()}
            model.train()
            if graphed and known != (known := graphs.kept(model)):
                do = graphs.replayed(step, model)
            with graphs.tensor_float_32(graphed):
                for batch in torch.randperm(n, device=place).split(batch_size):
                    do(batch)
                    schedule.step()
            numbers = {name: value.item() for name, value in sums.items()}
            for value in sums.values():
                value.zero_()
            _stop_if_not_finite(model, numbers, before, history, epoch, lr)
            if watch:
                model.eval()
                with torch.no_grad():
                    numbers |= watch()
            for name, value in numbers.items():
                history.setdefault(name, []).append(value)
            state = "  ".join(f"{name} {values[-1]:.4g}" for name, values in history.items())
            line = f"epoch {epoch}/{epochs}  {state}  {time.perf_counter() - start:.1f} s"
            say(line, last=epoch == epochs)
    except KeyboardInterrupt:
        if not all(p.isfinite().all() for p in weights):
            model.load_state_dict(before)
        say(f"Stopped by you in epoch {epoch} of {epochs}: the model and the history are kept.")
    except torch.OutOfMemoryError:
        full = True  # the broken step's tensors are free only after this line
    finally:
        model.eval()
        if history:
            model.fitted = True
    if full:
        model.load_state_dict(before)
        optimiser.zero_grad()
        do = optimiser = schedule = None  # the error keeps this function's names alive
        says = f"The GPU's memory was full in epoch {epoch}. The model is as it was before that epoch. Lower "
        says += f"batch_size (now {batch_size}), or the number of data that `watch` looks at at once."
        error = torch.OutOfMemoryError(says)
        error.history = history
        raise error
    return history


def _stop_if_not_finite(model, means, before, history, epoch, lr):
    broken = [f"the part {name!r} of the loss" for name, v in means.items() if not math.isfinite(v)]
    broken += [f"the weight {name!r}" for name, p in model.named_parameters() if not p.isfinite().all()]
    if broken:
        model.load_state_dict(before)
        error = FloatingPointError(
            f"In epoch {epoch} {broken[0]} was no longer finite. The model is as it was before that "
            f"epoch. Try a smaller lr (now {lr:g}), and look for log or division of zero in the loss, or "
            "pixels outside 0 to 1."
        )
        error.history = history
        raise error


def _progress():
    """A function that shows a line in place of the one before, at most three a second: each takes time."""
    handle, shown = display(Pretty(""), display_id=True), 0

    def say(text, last=True):
        nonlocal shown
        if last or time.perf_counter() - shown > 0.3:
            shown = time.perf_counter()
            handle.update(Pretty(text)) if handle else print(text)

    return say
