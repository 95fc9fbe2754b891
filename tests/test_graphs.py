"""Training on a GPU, as far as a CPU can play it: a tape stands for the CUDA graph.

The tape records the operations of a step with the tensors and the numbers that they were given, and replays
just these, as a graph does: what Python does beside them happens once, when the tape is made.
"""

import contextlib
import copy
import types
import warnings

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten

from helpers import graphs, models, training


def tensors(tree):
    """The tensors in nested tuples, lists and dictionaries."""
    return [leaf for leaf in tree_flatten(tree)[0] if isinstance(leaf, torch.Tensor)]


class Tape(TorchDispatchMode):
    """Stands for torch.cuda.graph(tape): records, and undoes at the end what recording has changed."""

    def __init__(self, _=None):
        super().__init__()
        self.steps, self.made, self.before, self.replays = [], set(), {}, 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        if func is torch.ops.aten._local_scalar_dense.default:
            raise RuntimeError("CUDA error: operation not permitted when stream is capturing")
        for tensor in tensors((args, kwargs)):
            if id(tensor) not in self.made | self.before.keys():
                self.before[id(tensor)] = tensor, tensor.detach().clone()
        out = func(*args, **(kwargs or {}))
        self.made |= {id(tensor) for tensor in tensors(out)} - self.before.keys()
        self.steps.append((func, args, kwargs or {}, out))
        return out

    def __enter__(self):
        self.dice = torch.get_rng_state()
        return super().__enter__()

    def __exit__(self, *error):
        super().__exit__(*error)
        for tensor, value in self.before.values():
            tensor.detach().copy_(value)
        torch.set_rng_state(self.dice)

    def replay(self):
        self.replays += 1
        with torch.no_grad():
            for func, args, kwargs, out in self.steps:
                new = func(*args, **kwargs)
                for old, value in zip(tensors(out), tensors(new), strict=True):
                    if old.data_ptr() != value.data_ptr():  # else a view, or written in place
                        old.detach().copy_(value)


class Dice:
    """Stands for the GPU's generator, whose state the tape keeps."""

    clone_state = staticmethod(torch.get_rng_state)
    graphsafe_set_state = staticmethod(torch.set_rng_state)


@pytest.fixture
def gpu(monkeypatch):
    """A GPU that is played: `recorded` holds the tapes, and dice on the CPU count as the GPU's."""
    recorded = []

    def tape():
        recorded.append(Tape())
        return recorded[-1]

    @contextlib.contextmanager
    def stream(_):
        yield

    stream_stand_in = types.SimpleNamespace(wait_stream=lambda _: None)
    monkeypatch.setattr(torch.Tensor, "is_cuda", True)
    monkeypatch.setattr(graphs, "possible", lambda device: True)
    monkeypatch.setattr(graphs, "dice", lambda: None)
    for name, stand_in in {
        "Stream": lambda: stream_stand_in,
        "current_stream": lambda: stream_stand_in,
        "stream": stream,
        "set_sync_debug_mode": lambda mode: None,
        "default_generators": [Dice],
        "current_device": lambda: 0,
        "CUDAGraph": tape,
        "graph": lambda tape: tape,
    }.items():
        monkeypatch.setattr(torch.cuda, name, stand_in)
    return recorded


def both(monkeypatch, model, data, **options):
    """Train copies of a model by graph and without: [(history, weights), (history, weights)]."""
    results = []
    for way in (graphs.recorded, lambda step, batch: step):
        monkeypatch.setattr(graphs, "recorded", way)
        training.seed(0)
        trained = copy.deepcopy(model)
        history = training.fit(trained, data, lr=0.01, batch_size=32, **options)
        results.append((history, torch.cat([p.detach().flatten() for p in trained.parameters()])))
    return results


@pytest.mark.parametrize("n", [128, 150])  # four whole batches, and a short fifth
@pytest.mark.parametrize("model", [models.VAE(20, 16, 2), models.AAE(20, 16, 2), models.Autoencoder(20, 2)])
def test_a_graph_trains_bit_for_bit_as_python_does(gpu, monkeypatch, model, n):
    x = torch.rand(n, 20, generator=torch.Generator().manual_seed(0))
    (graphed, weights), (eager, same) = both(monkeypatch, model, x, epochs=3)
    assert [tape.replays for tape in gpu] == ([11, 2] if n % 32 else [11])  # of 12 and 3, one by Python
    assert graphed == eager and torch.equal(weights, same)
    assert len(set(graphed["loss"])) == 3


class Counting(models.VAE):
    """Anneals the KL by a count that it keeps."""

    calls = 0

    def loss(self, x):
        self.calls += 1
        parts = super().loss(x)
        return parts | {"loss": parts["reconstruction"] + min(1, self.calls / 9) * parts["KL"]}


class Looking(models.VAE):
    """Looks at a value of the batch: the GPU says so, in debug mode."""

    def loss(self, x):
        warnings.warn("called a synchronizing CUDA operation", stacklevel=1)
        return super().loss(x if x.sum().item() > 0 else -x)


class Hiding(models.VAE):
    """Looks at a value unnoticed; the recording breaks."""

    def loss(self, x):
        return super().loss(x if x.sum().item() > 0 else -x)


@pytest.mark.filterwarnings("ignore:called a synchronizing")
@pytest.mark.parametrize(("kind", "tapes"), [(Counting, 0), (Looking, 0), (Hiding, 1)])
def test_a_loss_that_no_graph_can_replay_trains_without(gpu, monkeypatch, kind, tapes):
    x = torch.rand(128, 20, generator=torch.Generator().manual_seed(0))
    (graphed, weights), (eager, same) = both(monkeypatch, kind(20, 16, 2), x, epochs=3)
    assert len(gpu) == tapes and not any(tape.replays for tape in gpu)
    assert graphed == eager and torch.equal(weights, same)


@pytest.mark.parametrize(("lr", "same"), [(np.float64(0.01), 0.01), (1, 1.0)])
def test_the_learning_rate_may_be_any_number(gpu, lr, same):
    x, model = torch.rand(64, 20), models.Autoencoder(20, 2)
    losses = []
    for rate in (lr, same):
        training.seed(0)
        losses.append(training.fit(copy.deepcopy(model), x, 2, lr=rate, batch_size=32)["loss"])
    assert len(gpu) == 2 and losses[0] == losses[1] and losses[0][0] != losses[0][1]


def test_dice_on_the_cpu_are_noticed():
    before = graphs.dice()
    torch.randint(4, (1,))
    assert graphs.dice() != before


def test_a_weight_changed_between_epochs_is_recorded_anew(gpu):
    model = models.AAE(20, 16, 2)

    def change():
        if len(gpu) == 1:
            model.weight += 5.0
        else:  # weights at another place, which a graph would not find
            model.critic[0].bias.data = model.critic[0].bias.data.clone()
        return {}

    training.fit(model, torch.rand(128, 20), 3, lr=0.01, batch_size=32, watch=change)
    assert [tape.replays for tape in gpu] == [3, 3, 3]


def test_a_full_gpu_says_what_to_lower_and_keeps_the_model():
    model, calls = models.VAE(20, 16, 2), []
    x = torch.rand(100, 20)

    def full(batch):
        calls.append(copy.deepcopy(model.state_dict()))
        if len(calls) == 7:  # the second batch of the second epoch
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
        return models.VAE.loss(model, batch)

    model.loss = full
    with pytest.raises(torch.OutOfMemoryError, match=r"full in epoch 2.*batch_size \(now 20\)") as error:
        training.fit(model, x, epochs=3, lr=0.01, batch_size=20)
    assert error.value.__context__ is None  # else the tensors of the broken step would live on
    assert len(error.value.history["loss"]) == 1 and model.fitted and not model.training
    for name, value in model.state_dict().items():
        assert torch.equal(value, calls[5][name]) and not torch.equal(value, calls[0][name])


class Rounded(torch.autograd.Function):
    """Numbers rounded to TensorFloat-32's 10 bits of mantissa; so are the gradients on their way back."""

    @staticmethod
    def forward(context, x):
        return ((x.view(torch.int32) + 0x1000) & ~0x1FFF).view(torch.float32)

    @staticmethod
    def backward(context, gradient):
        return Rounded.forward(None, gradient.contiguous())


def test_results_hold_in_tensor_float_32(monkeypatch):
    x, exact = (torch.rand(2000, 20) < torch.rand(2000, 1)).float(), torch.nn.functional.linear
    assert Rounded.apply(torch.tensor([1 + 2**-10, 1 + 2**-12])).tolist() == [1 + 2**-10, 1]

    def losses(linear):
        monkeypatch.setattr(torch.nn.functional, "linear", linear)
        training.seed(0)
        model = models.VAE(20, 32, 2)
        training.fit(model, x, 8, lr=0.01)
        training.seed(1)
        return model.loss(x)["loss"].item()

    def rounded(x, weight, bias):
        return exact(Rounded.apply(x), Rounded.apply(weight), bias)

    assert losses(rounded) == pytest.approx(losses(exact), rel=2e-4)
