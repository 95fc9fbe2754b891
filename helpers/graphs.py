"""Training steps as CUDA graphs: recorded once, then repeated by the GPU without waiting for Python."""

import contextlib
import random
import warnings

import numpy as np
import torch

torch.backends.cudnn.allow_tf32 = False  # equations are checked in float32; `fit` alone may round
WAITS = "called a synchronizing CUDA operation", "AccumulateGrad node's stream"  # warnings that tell of one


def possible(device):
    """Can this torch.device replay graphs?"""
    return device.type == "cuda"


@contextlib.contextmanager
def tensor_float_32(allowed):
    """In this context matrix products and convolutions may round their factors to 10 bits, if `allowed`.

    NVIDIA GPUs from Ampere on do so. They sum in float32, and TensorFloat-32 has float32's range, so that
    no loss need be scaled. Other processors, a T4 among them, take no notice.
    """
    before = torch.get_float32_matmul_precision() if allowed else None
    try:
        if allowed:
            torch.set_float32_matmul_precision("high")
            torch.backends.cudnn.allow_tf32 = True
        yield
    finally:
        if allowed:
            torch.set_float32_matmul_precision(before)
            torch.backends.cudnn.allow_tf32 = False


def replayed(step, model):
    """step, as a function that does the same faster from the second batch of a length on.

    step: a function of a batch, a tensor on the GPU, that trains `model`. The first batch of each length
    goes through step itself, and is watched. A graph would not do the same where the loss looks at values
    on the GPU (Python would have to wait), rolls dice on the CPU, or counts its calls in the model: then
    every batch goes through step itself.
    """
    ways = {}

    def do(batch):
        if len(batch) in ways:
            return ways[len(batch)](batch)
        same = watched(step, batch, model)
        ways[len(batch)] = recorded(step, batch) if same else step
        if step in ways.values():  # one cannot be recorded: then none is, for they share the GPU's dice
            ways.update(dict.fromkeys(ways, step))

    return do


def watched(step, batch, model):
    """Do step(batch), off the main stream as a recording wants it; would a graph have done the same?"""
    before, main, stream = (kept(model), dice()), torch.cuda.current_stream(), torch.cuda.Stream()
    stream.wait_stream(main)
    with warnings.catch_warnings(record=True) as caught, torch.cuda.stream(stream):
        warnings.simplefilter("always")
        torch.cuda.set_sync_debug_mode("warn")
        try:
            step(batch)
        finally:
            torch.cuda.set_sync_debug_mode("default")
            main.wait_stream(stream)
    waits = any(sign in str(warning.message) for warning in caught for sign in WAITS)
    return not waits and (kept(model), dice()) == before


def kept(model):
    """What a graph takes for fixed: where the weights are, and the plain numbers and texts of the modules."""
    plain, tensors = (bool, int, float, str), (*model.parameters(), *model.buffers())
    numbers = [{k: v for k, v in vars(module).items() if isinstance(v, plain)} for module in model.modules()]
    return numbers, [(tensor.data_ptr(), tensor.requires_grad) for tensor in tensors]


def dice():
    """Where the random numbers of Python, NumPy and torch are on the CPU."""
    return random.getstate(), np.random.get_state()[2], torch.get_rng_state().tolist()


def recorded(step, batch):
    """A function that replays step on another batch of this length; step itself if it cannot be recorded."""
    index, graph = batch.clone(), torch.cuda.CUDAGraph()
    own_dice = torch.cuda.default_generators[torch.cuda.current_device()]
    spare = own_dice.clone_state()
    try:  # the outer context, since a recording that breaks may leave its own stream behind,
        with torch.cuda.stream(torch.cuda.current_stream()), torch.cuda.graph(graph):
            step(index)  # nothing is computed here
    except RuntimeError:
        own_dice.graphsafe_set_state(spare)  # and dice that wait for a recording
        return step

    def replay(batch):
        index.copy_(batch)
        graph.replay()

    return replay
