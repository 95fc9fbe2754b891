"""The helpers: right answers, and one clear sentence for each mistake."""

import ast
import base64
import copy
import gzip
import io
import json
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from matplotlib import pyplot
from PIL import Image

from helpers import claim, data, metrics, models, plots, training


@pytest.fixture(scope="module")
def digits():
    return data.mnist("test")


# data


def test_mnist_is_whole(digits):
    x, y = data.mnist()
    assert x.shape == (60000, 784) and y.shape == (60000,)
    assert digits[0].shape == (10000, 784) and digits[1].shape == (10000,)
    assert x.dtype == torch.float32 and x.min() == 0 and x.max() == 1
    assert torch.bincount(digits[1]).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]


def test_mnist_has_its_fingerprint():
    x, y = data.mnist()
    assert x.mean().item() == pytest.approx(0.130660, abs=1e-5)
    assert x.std().item() == pytest.approx(0.308108, abs=1e-5)
    assert x.view(-1, 28, 28)[:, :14].mean().item() == pytest.approx(0.12277, abs=1e-5)  # the upper half
    assert y[:5].tolist() == [5, 0, 4, 1, 9] and (y == 0).sum() == 5923


def test_mnist_spans_712_of_717_pixels():
    """Double precision: the smallest true eigenvalue of the covariance is 8e-10, rounding leaves 1e-15."""
    x = data.mnist()[0]
    used = (x > 0).any(0)
    assert used.sum() == 717
    centred = x.double() - x.double().mean(0)
    values, vectors = torch.linalg.eigh(centred.T @ centred / len(x))
    size, order = values.abs().sort(descending=True)
    assert size[711] > 1e4 * size[712]
    tied = (vectors[:, order[712:]].square().sum(1) > 1e-6) & used  # by the five relations among used pixels
    assert tied.sum() == 11 and (x[:, tied] > 0).sum(0).max() <= 2  # stray foreground in one or two images


def test_mnist_loads_in_a_second():
    best = min(_seconds(lambda: (data.mnist(), data.mnist("test"))) for _ in range(3))
    assert best < 1, f"{best:.2f} s"


def _seconds(function):
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def test_helpers_import_in_a_second_more_than_torch():
    code = """
import time
import torch

start = time.perf_counter()
from helpers import claim, data, metrics, models, plots, training, widgets

print(time.perf_counter() - start)
"""
    extra = min(float(subprocess.check_output([sys.executable, "-c", code])) for _ in range(3))
    assert extra < 1, f"{extra:.2f} s"


def _flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (_flip, "is damaged"),
        (lambda p: p.unlink(), "is missing"),
        (lambda p: p.write_bytes(b""), "is empty"),
        (lambda p: p.write_bytes(gzip.compress(b"other")), "is damaged"),
    ],
)
@pytest.mark.parametrize("name", ["t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"])
def test_damaged_file_is_named_with_how_to_restore_it(tmp_path, damage, says, name):
    folder = tmp_path / "mnist"
    shutil.copytree(data.FOLDER / "mnist", folder)
    damage(folder / name)
    with pytest.raises(data.DataError) as error:
        data.mnist("test", folder)
    message = str(error.value)
    assert name in message and says in message and data.SHA256[name] in message
    assert "git checkout -- data" in message


def test_unknown_split():
    with pytest.raises(ValueError, match='"train" or "test", not \'valid\''):
        data.mnist("valid")


def test_words_are_whole_and_plain():
    words = data.words()
    assert len(words) == len(set(words)) == 52_271
    assert all(3 <= len(word) <= 10 and word.isascii() and word.islower() for word in words)
    assert {"aardvark", "glass", "zoos"} <= set(words)


def test_damaged_word_list_is_named(tmp_path):
    shutil.copytree(data.FOLDER / "words", tmp_path / "words")
    _flip(tmp_path / "words" / "american-english.gz")
    with pytest.raises(data.DataError, match="american-english.gz is damaged.*git checkout -- data"):
        data.words(tmp_path / "words")


@pytest.mark.parametrize("mask_value", [0, 27])
def test_mask_replaces_the_given_fraction_and_nothing_else(mask_value):
    training.seed_everything(0)
    x = torch.randint(1, 27, (1000, 100))
    masked = (corrupted := data.mask(x, 0.3, mask_value)) == mask_value
    assert abs(masked.float().mean() - 0.3) < 0.005 and (corrupted[~masked] == x[~masked]).all()
    assert corrupted.dtype == x.dtype and data.mask(x.float(), 0.3).dtype == torch.float32
    assert (data.mask(x, 0) == x).all() and (data.mask(x, 1, mask_value) == mask_value).all()
    p = torch.tensor([[0.0], [1.0]])
    assert (data.mask(x[:2], p, mask_value) == mask_value).sum(1).tolist() == [0, 100]


# models


def test_pca_is_sklearns(digits):
    from sklearn.decomposition import PCA

    x = digits[0]
    own, reference = models.PCA(x, 12), PCA(12, svd_solver="full").fit(x.numpy())
    rows = torch.from_numpy(reference.components_)
    assert metrics.principal_angles(own.components.T, rows.T).max() < 0.1
    x_hat = torch.from_numpy(reference.inverse_transform(reference.transform(x.numpy())))
    assert torch.allclose(own.decode(own.encode(x)), x_hat, atol=1e-3)


@pytest.mark.parametrize("k", [0, -1, 785])
def test_pca_needs_a_possible_k(digits, k):
    with pytest.raises(ValueError, match=f"between 1 and the 784 features, not {k}"):
        models.PCA(digits[0], k)


def test_loss_is_a_sum_over_features_and_a_mean_over_the_batch():
    net = models.LinearAutoencoder(5, 2)
    x = torch.randn(7, 5)
    by_hand = sum(((x[i] - net.decode(net.encode(x[i]))) ** 2).sum() for i in range(7)) / 7
    assert torch.allclose(net.loss(x)["loss"], by_hand)
    assert torch.allclose(net.loss(x.repeat(3, 1))["loss"], by_hand)


def test_a_linear_autoencoder_with_biases_can_be_pca():
    x = torch.randn(400, 5) * torch.tensor([1, 0.1, 0.1, 0.1, 0.1]) + 4
    net, pca = models.LinearAutoencoder(5, 1), models.PCA(x, 1)
    weights = [pca.components, -pca.components @ pca.mean, pca.components.T, pca.mean]
    for parameter, value in zip(net.parameters(), weights, strict=True):
        parameter.data = value
    assert torch.allclose(net.loss(x)["loss"], pca.variances[1:].sum(), rtol=1e-3)


# metrics


def test_squared_error_convention():
    x = torch.zeros(4, 3)
    assert metrics.squared_error(x, x + 2) == 12


def test_principal_angles_ignore_the_basis():
    q = torch.linalg.qr(torch.randn(6, 3, dtype=torch.double)).Q
    mixed = q @ torch.randn(3, 3, dtype=torch.double)
    assert metrics.principal_angles(q, mixed).max() < 1e-4
    plane = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]).double()
    a = torch.tensor(30.0).deg2rad()
    rotated = torch.stack([torch.eye(3)[0], a.cos() * torch.eye(3)[1] + a.sin() * torch.eye(3)[2]], 1)
    angles = metrics.principal_angles(plane, rotated)
    assert torch.allclose(angles, torch.tensor([30.0, 0.0]).double(), atol=1e-4)


def test_knn_accuracy(digits):
    x, y = digits
    assert metrics.knn_accuracy(x[:500], y[:500], x[:500], y[:500], k=1) == 1
    assert 0.7 < metrics.knn_accuracy(x[:2000], y[:2000], x[2000:2500], y[2000:2500]) < 1


ALPHABET = np.array(list("abcdefghij"))
KINDS = {"uint8": torch.Tensor.byte, "int8": torch.Tensor.char, "int16": torch.Tensor.short,
         "int32": torch.Tensor.int, "NumPy": torch.Tensor.numpy, "NumPy uint8": lambda y: y.byte().numpy(),
         "list": torch.Tensor.tolist}  # fmt: skip


@pytest.mark.parametrize("measure", [metrics.knn_accuracy, metrics.nearest_centroid_accuracy])
def test_accuracy_does_not_depend_on_the_names_of_the_labels(measure):
    rng = torch.Generator().manual_seed(0)
    z, y = torch.randn(200, 2, generator=rng), torch.arange(200) % 10
    z[::2] = z[:1]  # equal distances
    halves = z[:100], y[:100], z[100:], y[100:]
    for name in *KINDS.values(), torch.Tensor.neg, lambda y: 7 * y % 10, lambda y: ALPHABET[y]:
        found = measure(z[:100], name(y[:100]), z[100:], name(y[100:]))
        assert found == pytest.approx(measure(*halves), abs=1e-12)


def test_a_tie_of_neighbours_counts_by_its_share():
    z, y = torch.tensor([[0.0], [1.0], [9.0], [9.1]]), torch.tensor([4, 2, 7, 7])
    assert metrics.knn_accuracy(z, y, torch.tensor([[0.4]]), torch.tensor([4]), k=2) == 0.5
    assert metrics.knn_accuracy(z, y, torch.tensor([[0.4]]), torch.tensor([4]), k=3) == pytest.approx(1 / 3)
    assert metrics.knn_accuracy(z, y, torch.tensor([[0.4], [0.4]]), torch.tensor([7, 4]), k=4) == 0.5
    assert metrics.knn_accuracy(z.requires_grad_(), y, z, y, k=1) == 1


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), None], ids=["NaN", "infinity", "no row"])
def test_a_measure_of_codes_that_are_not_finite_is_refused(bad):
    x, z, y = torch.rand(40, 5), torch.randn(40, 2), torch.arange(40) % 4
    factors = torch.stack([y, y.flip(0)], 1)
    wrong = z[:0] if bad is None else z.index_fill(0, torch.tensor([3]), bad)
    of = slice(len(wrong))
    for call in (lambda: metrics.knn_accuracy(wrong, y[of], z, y),
                 lambda: metrics.knn_accuracy(z, y, wrong, y[of]),
                 lambda: metrics.nearest_centroid_accuracy(wrong, y[of], z, y),
                 lambda: metrics.nearest_neighbour_distances(z, z, wrong),
                 lambda: metrics.trustworthiness(x[of], wrong, 5),
                 lambda: beta_vae_metric(wrong, factors[of]),
                 lambda: dci_disentanglement(wrong, factors[of])):  # fmt: skip
        with pytest.raises(ValueError, match="needs rows of finite numbers; it got NaN, infinity or no row"):
            call()
    for call in (lambda: metrics.squared_error(wrong, wrong), lambda: metrics.active_units(wrong),
                 lambda: plots.scatter_latents(wrong, y[of])):  # fmt: skip
        with pytest.raises(ValueError, match="finite|one shape"):
            call()


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: metrics.squared_error(torch.ones(3, 4), torch.ones(4, 3)), "(n, d); got (3, 4) and (4, 3)"),
        (lambda: metrics.squared_error(torch.zeros(3), torch.zeros(3)), "one shape (n, d); got (3,)"),
        (lambda: metrics.principal_angles(torch.zeros(5, 2), torch.zeros(6, 2)), "(d, p) and (d, q)"),
        (lambda: metrics.principal_angles(torch.zeros(2, 5), torch.zeros(2, 5)), "in columns, p and q ≤ d"),
        (lambda: metrics.knn_accuracy(*[torch.zeros(9)] * 4), "codes (n, q) with labels (n,); got (9,)"),
        (
            lambda: metrics.knn_accuracy(torch.ones(9, 2), torch.ones(9), torch.ones(4, 3), torch.ones(4)),
            "one dimension q; got (9, 2) and (4, 3)",
        ),
        (
            lambda: metrics.knn_accuracy(*[torch.zeros(9, 2), torch.zeros(9)] * 2, k=10),
            "between 1 and the 9 training codes, not 10",
        ),
        (lambda: metrics.trustworthiness(torch.ones(9, 5), torch.ones(8, 2)), "got (9, 5) and (8, 2)"),
        (lambda: metrics.trustworthiness(torch.ones(9, 5), torch.ones(9, 2), 5), "the 9 points, not 5"),
    ],
)  # fmt: skip
def test_wrong_shapes_get_a_sentence(call, says):
    with pytest.raises(ValueError) as error:
        call()
    assert says in str(error.value)


# training


class Countdown(torch.nn.Module):
    """A model whose loss does what the test asks at its n-th call."""

    def __init__(self, at, event):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(3))
        self.calls, self.at, self.event = 0, at, event

    def loss(self, x):
        self.calls += 1
        good = (self.weight * x).square().sum(1).mean()
        return {"loss": self.event(good) if self.calls == self.at else good, "other": good}


def interrupt(loss):
    raise KeyboardInterrupt


def test_interrupted_fit_keeps_model_and_history(capsys):
    model = Countdown(25, interrupt)
    history = training.fit(model, torch.randn(100, 3), epochs=9, lr=0.01, batch_size=10)
    assert len(history["loss"]) == len(history["other"]) == 2
    assert (model.weight != 1).all() and not model.training
    assert "Stopped by you in epoch 3 of 9: the model and the history are kept." in capsys.readouterr().out


def test_nan_stops_with_the_part_and_loses_nothing():
    model = Countdown(25, lambda loss: loss * float("nan"))
    says = "In epoch 3 the part 'loss' of the loss was no longer finite"
    with pytest.raises(FloatingPointError, match=says) as error:
        training.fit(model, torch.randn(100, 3), epochs=9, lr=0.01, batch_size=10)
    assert "smaller lr (now 0.01)" in str(error.value)
    assert len(error.value.history["loss"]) == 2
    assert model.weight.isfinite().all() and (model.weight != 1).all()


def test_weights_that_break_in_the_last_step_are_noticed():
    model = Countdown(30, lambda loss: loss + (model.weight - model.weight.detach()).sqrt().sum())
    with pytest.raises(FloatingPointError, match="In epoch 3 the weight 'weight' was no longer finite"):
        training.fit(model, torch.randn(100, 3), epochs=9, lr=0.01, batch_size=10)
    assert model.weight.isfinite().all()


def test_a_full_gpu_says_what_to_lower_and_keeps_the_model():
    model, states = models.VAE(20, 16, 2), []

    def loss(batch):
        states.append(copy.deepcopy(model.state_dict()))
        if len(states) == 7:  # the second batch of the second epoch
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
        return models.VAE.loss(model, batch)

    model.loss = loss
    with pytest.raises(torch.OutOfMemoryError, match=r"full in epoch 2.*batch_size \(now 20\)") as error:
        training.fit(model, torch.rand(100, 20), epochs=3, lr=0.01, batch_size=20)
    assert error.value.__context__ is None  # else the tensors of the failed step would stay in memory
    assert len(error.value.history["loss"]) == 1 and model.fitted and not model.training
    for name, value in model.state_dict().items():
        assert torch.equal(value, states[5][name]) and not torch.equal(value, states[0][name])


def test_fit_reaches_pca():
    training.seed_everything(0)
    x = torch.randn(2000, 8) * torch.linspace(3, 0.2, 8) + 1
    net = models.LinearAutoencoder(8, 2)
    history = training.fit(net, x, 40, lr=0.02, batch_size=50, on_epoch_end=lambda: {"watched": 1.0})
    pca = models.PCA(x, 2)
    assert metrics.squared_error(x, net.decode(net.encode(x))) < 1.005 * pca.variances[2:].sum()
    assert metrics.principal_angles(net.decoder.weight, pca.components.T)[0] < 3
    assert history["watched"] == [1.0] * 40 and history["loss"][-1] < history["loss"][0]


def test_the_learning_rate_rises_and_falls_as_a_cosine(monkeypatch):
    rates, betas = [], []

    class Recording(torch.optim.Adam):
        def step(self):
            (group,) = self.param_groups
            rates.append(group["lr"])
            betas.append(group["betas"])
            super().step()

    monkeypatch.setattr(torch.optim, "Adam", Recording)
    model, x = models.LinearAutoencoder(8, 2), torch.randn(100, 8)
    training.fit(model, x, 2, lr=0.05, batch_size=10)
    up, down = np.linspace(0, 1, 6), np.linspace(1, 0, 15)  # .3 · 20 steps, from step 1
    up, down = ((1 - np.cos(np.pi * line)) / 2 for line in (up, down))
    assert rates == pytest.approx([*(0.002 + 0.048 * up), *(0.05 * down[1:])], abs=1e-6)
    assert [betas[0], betas[5]] == [(0.95, 0.999), (0.85, 0.999)]


def test_fit_weights_the_last_short_batch_by_its_size():
    model = Countdown(0, None)
    x = torch.cat([torch.zeros(10, 3), torch.ones(1, 3)])
    assert training.fit(model, x, 1, lr=1e-12, batch_size=10)["loss"][0] == pytest.approx(3 / 11, rel=1e-4)


def test_so_few_steps_that_the_learning_rate_hardly_rises_are_told(capsys):
    x = torch.randn(100, 3)
    training.fit(Countdown(0, None), x, epochs=1, lr=0.01, batch_size=100)
    said = capsys.readouterr().out
    assert "Training steps: 1, too few for the learning rate" in said and "more epochs or a smaller" in said
    training.fit(Countdown(0, None), x, epochs=1, lr=0.01, batch_size=10)
    assert "too few" not in capsys.readouterr().out


LOSSES = {
    "LinearAutoencoder": lambda: models.LinearAutoencoder(784, 2), "VAE": lambda: models.VAE(784, 8, 2),
    "Autoencoder": lambda: models.Autoencoder(784, 8, 2), "ConvVAE": lambda: models.ConvVAE(2, 4),
    "AAE": lambda: models.AAE(784, 8, 2), "GAN": lambda: models.GAN(*models.dcgan(3, 4), 3),
    "VQVAE": lambda: models.VQVAE(*models.patch_networks(2, 4), 5, 2),
}  # fmt: skip


@pytest.mark.parametrize("name", LOSSES)
def test_a_batch_of_one_and_a_last_short_batch(name):
    training.seed_everything(0)
    history = training.fit(LOSSES[name](), torch.rand(5, 784), epochs=1, lr=1e-3, batch_size=4)
    assert all(np.isfinite(values).all() for values in history.values())


def test_on_epoch_end_is_called_in_evaluation_mode_and_training_goes_on():
    model, modes = Countdown(0, None), []
    training.fit(model, torch.randn(20, 3), 2, 0.01, on_epoch_end=lambda: modes.append(model.training) or {})
    assert modes == [False, False] and not model.training


@pytest.mark.parametrize(
    ("data", "epochs"), [(torch.ones(4, 3), 0), ((torch.ones(4, 3), torch.ones(5)), 1), (torch.ones(0, 3), 1)]
)
def test_fit_needs_epochs_and_one_length(data, epochs):
    with pytest.raises(ValueError, match="epochs ≥ 1 and tensors of one length"):
        training.fit(Countdown(0, None), data, epochs, lr=0.01)


def test_device():
    if torch.cuda.is_available():
        assert training.device().type == "cuda" and training.budget(1, 2) == 2
    else:
        assert training.device().type == "cpu" and training.budget(1, 2) == 1
        with pytest.raises(RuntimeError, match="No CUDA GPU here: use device"):
            training.device("cuda")


NO_KERNEL = "CUDA error: no kernel image is available for execution on the device\nCompile with `TORCH_USE_…`"


def a_gpu(monkeypatch, error, capability, built):
    """training.device as if there were a CUDA GPU whose first kernel raises an error (None: it works)."""
    ones = torch.ones

    def first_kernel(*shape, device="cpu"):
        if error and torch.device(device).type != "cpu":
            raise error
        return ones(*shape)

    monkeypatch.setattr(torch, "ones", first_kernel)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_arch_list", lambda: built)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda name: capability)
    monkeypatch.setattr(training, "device", training.device.__wrapped__)  # not what it has found before


def test_a_gpu_that_computes_is_used(monkeypatch, capsys):
    a_gpu(monkeypatch, None, (8, 6), ["sm_80"])  # code for 8.0 runs on 8.6
    assert training.device().type == training.device("cuda:0").type == "cuda" and training.budget(1, 2) == 2
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(("error", "capability", "says"), [
    (RuntimeError(NO_KERNEL), (6, 1), "on the device (it is an sm_61; "),
    (RuntimeError("CUDA error: all CUDA-capable devices are busy"), (9, 0), "busy (it is an sm_90; "),
    (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 MB."), (7, 5), "2 MB (it is an sm_75; "),
])  # fmt: skip
def test_a_gpu_that_cannot_compute_is_told_and_the_cpu_is_used(monkeypatch, capsys, error, capability, says):
    a_gpu(monkeypatch, error, capability, ["sm_75", "sm_90"])
    assert training.device().type == "cpu"
    said = capsys.readouterr().out
    assert said.startswith("The GPU cannot be used, so the CPU is: ")
    assert said.endswith(f"{says}this PyTorch was built for sm_75, sm_90).\n")
    assert said.count("\n") == 1
    assert training.budget(1, 2) == 1
    with pytest.raises(RuntimeError, match="cuda:0 cannot be used: .*Use device"):
        training.device("cuda:0")


def test_a_named_device_that_fails_is_told(monkeypatch):
    a_gpu(monkeypatch, NotImplementedError("no such operator on MPS"), (0, 0), [])
    with pytest.raises(RuntimeError, match=r"mps cannot be used: NotImplementedError: no such .*device\(\)"):
        training.device("mps")


# claims


def test_claim(capsys):
    claim("two is even", 2 % 2 == 0, measured=2)
    assert capsys.readouterr().out == "✓ two is even (measured 2)\n"
    with pytest.raises(AssertionError, match="✗ two is odd"):
        claim("two is odd", 2 % 2 == 1, measured=2)


@pytest.mark.parametrize("holds", [[False], "no", torch.tensor(True), np.bool_(True), 1, None])
def test_a_claim_takes_a_plain_bool_only(holds):
    with pytest.raises(TypeError, match=f"not a .*{type(holds).__name__}"):
        claim("this is true", holds, measured=holds)


# plots and widgets


def test_figures_keep_their_look_under_foreign_settings():
    code = """
import matplotlib.style

matplotlib.style.use("dark_background")
matplotlib.rcParams.update({"font.size": 30, "lines.linewidth": 9, "image.cmap": "jet", "axes.grid": True})
from helpers import plots

names = "figure.facecolor text.color axes.labelcolor font.size image.cmap axes.grid savefig.facecolor"
print({name: matplotlib.rcParams[name] for name in names.split()})
"""
    found = subprocess.check_output([sys.executable, "-c", code], text=True)
    assert ast.literal_eval(found) == {
        "figure.facecolor": "white", "text.color": "black", "axes.labelcolor": "black", "font.size": 12.0,
        "image.cmap": "gray_r", "axes.grid": False, "savefig.facecolor": "auto"}  # fmt: skip


def test_class_colours_can_be_told_apart_and_stand_out_from_white():
    rgb = np.array([[int(c[i : i + 2], 16) / 255 for i in (1, 3, 5)] for c in plots.CLASSES])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    deuteranopia = [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                    [-0.01182, 0.04294, 0.968881]]  # Machado, Oliveira & Fernandes 2009  # fmt: skip
    for eye, least in ((np.eye(3), 30), (np.array(deuteranopia), 18)):
        lab = _lab((linear @ eye.T).clip(0, 1))
        distance = np.linalg.norm(lab[:, None] - lab, axis=2) + 1000 * np.eye(10)
        assert distance.min() > least
    contrast = 1.05 / (linear @ [0.2126, 0.7152, 0.0722] + 0.05)
    assert contrast.min() > 1.9


def _lab(rgb):
    """Linear sRGB (n, 3) as CIELAB under D65."""
    xyz = rgb @ np.array([[0.4124, 0.2126, 0.0193], [0.3576, 0.7152, 0.1192], [0.1805, 0.0722, 0.9505]])
    f = np.cbrt(xyz / [0.9505, 1, 1.089])
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], 1)


def test_animation_is_an_image_that_plays_by_itself():
    grids = [plots.image_grid(torch.rand(6, 16), columns=3) for _ in range(4)]
    html = plots.animation(grids, "Samples & <epochs>", scale=3).data
    assert html.startswith('<img alt="Samples &amp; &lt;epochs&gt;"') and "<script" not in html
    found = base64.b64decode(re.search(r"data:image/webp;base64,([^\"]+)", html)[1])
    image = Image.open(io.BytesIO(found))
    assert image.n_frames == 4 and image.size == grids[0].shape[::-1] and image.info["loop"] == 0
    assert f"width: {3 * image.width}px" in html


def test_latent_traversals_vary_the_dimensions_shown():
    class Model:
        decode = staticmethod(lambda z: z.repeat(1, 2)[:, :4])

    ax = plots.latent_traversals(Model, torch.zeros(3), -1, 1, shown=[2, 0], steps=3)
    grid = ax.images[0].get_array()
    assert [label.get_text() for label in ax.get_yticklabels()] == ["$z_{3}$", "$z_{1}$"]
    assert grid[0, 8] == 0 and grid[4, 0] == -1 and grid[4, 8] == 1 and grid[1, 8] == 1  # z₁ and z₃ of 2 × 2


@pytest.mark.parametrize("name", KINDS)
def test_labels_of_any_integer_type(name):
    z, y = torch.randn(40, 2), torch.arange(40) % 10
    assert torch.equal(models.one_hot(KINDS[name](y)), models.one_hot(y))
    one, two = (plots.scatter_latents(z, labels) for labels in (y, KINDS[name](y)))
    assert [text.get_text() for text in two.texts] == [text.get_text() for text in one.texts]
    assert (two.collections[0].get_facecolor() == one.collections[0].get_facecolor()).all()


@pytest.mark.parametrize("scale", [0, 1e-20, 1e-42])
def test_codes_that_hardly_vary_are_drawn_with_labels_apart(scale):
    ax = plots.scatter_latents(0.3 * (scale == 0) + scale * torch.randn(100, 2), torch.arange(100) % 10 + 95)
    ax.figure.canvas.draw()
    assert [text.get_text() for text in ax.texts] == [str(c) for c in range(95, 105)]
    places = np.array([text.get_position() for text in ax.texts])
    assert np.isfinite(places).all() and len({tuple(place) for place in places.tolist()}) == 10


@pytest.mark.parametrize("value", [0.0, float("nan"), float("inf"), 1e-42])
def test_images_of_one_value_are_drawn_without_a_warning(value, recwarn):
    pyplot.close("all")
    for signed in (False, True):
        plots.show_images(torch.full((1, 784), value), signed=signed).figure.canvas.draw()
    assert not recwarn.list


def test_image_grid_places_images_in_rows():
    grid = plots.image_grid(torch.arange(3.0).view(3, 1).repeat(1, 4), columns=2)
    assert grid.shape == (6, 6)
    assert grid[0, 0] == 0 and grid[0, 4] == 1 and grid[4, 0] == 2 and np.isnan(grid[4, 4])


def test_names_stand_beside_the_rows_and_above_the_columns():
    ax = plots.show_images(torch.zeros(6, 784), columns=["test", 0, 1], rows=["a", "b"])
    for axis, names in (ax.xaxis, ["test", "0", "1"]), (ax.yaxis, ["a", "b"]):
        assert [label.get_text() for label in axis.get_ticklabels()] == names
        assert axis.get_ticklocs().tolist() == [13.5, 43.5, 73.5][: len(names)]
    assert ax.xaxis.get_tick_params()["labeltop"]


def test_fast_redraw_redraws_the_moving_artists():
    from matplotlib.figure import Figure

    fig = Figure(figsize=(3, 2))
    (dot,) = fig.subplots().plot([0.2], [0.2], "o")
    picture = plots.fast_redraw(fig, dot)
    before = picture("one")
    dot.set_data([0.9], [0.9])
    assert before.shape == (226, 300, 3) and before.dtype == np.uint8
    assert (picture("one") != before).any() and (picture("one") == picture("one")).all()
    assert (picture("two") != picture("one")).any()


def test_fast_redraw_colours_an_image_as_matplotlib_does():
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    def shown(values):
        fig = Figure(figsize=(3, 2))
        return fig, fig.subplots().imshow(values, cmap="RdBu_r", vmin=-0.6, vmax=0.6)

    values = np.linspace(-1, 1, 12).reshape(2, 6)
    fig, image = shown(values)
    picture = plots.fast_redraw(fig, image)
    picture("before")
    image.set_data(-values)
    canvas = FigureCanvasAgg(shown(-values)[0])
    canvas.draw()
    wanted = np.asarray(canvas.buffer_rgba())[..., :3].astype(int)
    assert np.quantile(np.abs(picture("after")[26:].astype(int) - wanted), 0.98) <= 3  # less its frame


def test_autoencoder_is_nonlinear_in_each_part_and_linear_at_the_ends():
    net = models.Autoencoder(6, 32, 3)
    x = 10 * torch.randn(500, 6)
    with torch.no_grad():
        z = net.encode(x)
        assert z.shape == (500, 3) and net.decode(z).shape == x.shape
        assert z.min() < -0.5 and net.decode(z).min() < -0.05
        curvature = net.encode(2 * x) + net.encode(0 * x) - 2 * z
        assert curvature.abs().max() > 1e-3
        assert net.loss(x)["loss"].item() == pytest.approx(metrics.squared_error(x, net.decode(z)), rel=1e-5)
    assert [m.out_features for m in net.decoder if hasattr(m, "out_features")] == [32, 6]


def test_trustworthiness(digits):
    x = digits[0][:300]
    assert metrics.trustworthiness(x, x) == 1
    assert metrics.trustworthiness(x, models.PCA(digits[0], 2).encode(x)) > 0.7
    assert abs(metrics.trustworthiness(x, torch.randn(300, 2)) - 0.5) < 0.1


def test_a_perplexity_that_the_sample_does_not_allow():
    from sklearn.manifold import TSNE

    with pytest.raises(ValueError, match="perplexity .*must be less than n_samples"):
        TSNE(perplexity=30).fit_transform(np.eye(20, dtype=np.float32))


def vae_with(log_var, mu=0.0):
    """A VAE of 6 pixels and 2 latent dimensions whose encoder gives one posterior for all images."""
    model = models.VAE(6, 5, 2)
    with torch.no_grad():
        model.encoder[-1].weight.zero_()
        model.encoder[-1].bias.copy_(torch.tensor([mu] * 2 + [log_var] * 2))
    return model


def test_no_divergence_is_negative():
    """Of log-variances of any size; near 0 it is ½ (μ² + ½ log_var²)."""
    bits = torch.arange(0, 0x42A00000, 97, dtype=torch.int32)  # from 0 over the smallest numbers to 80
    log_var = torch.cat([sign * bits.view(torch.float32) for sign in (1, -1)])[:, None]
    assert (models.gaussian_kl(torch.zeros(1), log_var) >= 0).all()
    assert (models.gaussian_kl(torch.full((1,), 1e-4), log_var) >= 0).all()
    log_var = torch.tensor([[1e-3, -1e-3], [1e-4, 0.0]])
    wanted = 0.25 * log_var.double().square().sum(1)
    assert torch.allclose(models.gaussian_kl(torch.zeros(2), log_var).double(), wanted, rtol=1e-3, atol=0)


def test_bernoulli_nll_is_minus_the_log_probability():
    torch.manual_seed(0)
    logits, x = 5 * torch.randn(3, 4, 6), torch.rand(4, 6).round()
    reference = -torch.distributions.Bernoulli(logits=logits).log_prob(x.expand(3, 4, 6)).sum(-1)
    assert torch.allclose(models.bernoulli_nll(logits, x), reference, rtol=1e-5)


@pytest.mark.parametrize("x", [-0.1, 1.1, 255.0])
def test_pixels_of_a_vae_lie_between_0_and_1(x):
    with pytest.raises(ValueError, match="between 0 and 1: scale"):
        models.VAE(6, 5, 2).loss(torch.full((3, 6), x))


@pytest.mark.parametrize("n", [1, 7])
def test_vae_loss_of_any_batch_is_the_sum_of_its_parts(n):
    parts = vae_with(0.5, mu=1.0).loss(torch.rand(n, 6))
    assert parts["loss"].item() == pytest.approx((parts["reconstruction"] + parts["KL"]).item())
    assert parts["KL"].item() == pytest.approx(1 + np.exp(0.5) - 1 - 0.5, rel=1e-5)  # ½ (…), two dimensions


def test_a_tiny_variance_is_right_and_a_huge_one_stops_with_a_sentence():
    parts = vae_with(-1000.0).loss(torch.rand(3, 6))
    assert parts["KL"].item() == pytest.approx(999) and parts["loss"].isfinite()
    assert metrics.iwae_bound(vae_with(-1000.0), torch.rand(3, 6), 4).isfinite().all()
    with pytest.raises(FloatingPointError, match="'(loss|KL|reconstruction)' of the loss"):
        training.fit(vae_with(1000.0), torch.rand(8, 6), epochs=1, lr=1e-3)


def test_iwae_bound_rises_from_the_elbo():
    torch.manual_seed(0)
    model, x = vae_with(1.0, mu=0.5), torch.rand(4, 6).round()
    with torch.no_grad():
        many = torch.stack([metrics.iwae_bound(model, x, 1) for _ in range(4000)])
        elbo = -torch.stack([model.loss(x)["loss"] for _ in range(4000)]).mean()
        five = torch.stack([metrics.iwae_bound(model, x, 5) for _ in range(800)]).mean()
        prior = torch.randn(200_000, 2)
        nll = models.bernoulli_nll(model.decoder(prior)[:, None], x)
        exact = ((-nll).logsumexp(0) - np.log(200_000)).mean()
        found = metrics.iwae_bound(model, x, 6000).mean()
    assert many.mean().item() == pytest.approx(elbo.item(), abs=0.05)
    assert many.mean() + 0.1 < five < exact
    assert found.item() == pytest.approx(exact.item(), abs=0.02)


def test_iwae_bound_needs_a_sample():
    with pytest.raises(ValueError, match="k ≥ 1, not 0"):
        metrics.iwae_bound(models.VAE(6, 5, 2), torch.rand(2, 6), 0)


def test_active_units_counts_dimensions_whose_mean_varies():
    mu = torch.randn(500, 4, generator=torch.Generator().manual_seed(0)) * torch.tensor([1, 0.2, 0.05, 0])
    assert metrics.active_units(mu + 3) == 2
    with pytest.raises(ValueError, match=r"n ≥ 2 images; got \(1, 4\)"):
        metrics.active_units(mu[:1])


def test_labels_become_one_hot():
    assert torch.equal(models.one_hot(torch.tensor([2, 0]), 3), torch.tensor([[0, 0, 1.0], [1, 0, 0]]))


@pytest.mark.parametrize("y", [[3, 10], [-1, 3]])
def test_labels_lie_between_0_and_9(y):
    with pytest.raises(ValueError, match=f"between 0 and 9; got {min(y)} to {max(y)}"):
        models.one_hot(torch.tensor(y))


def test_cvae_has_the_kl_to_its_own_prior():
    torch.manual_seed(0)
    model, x, c = models.CVAE(6, 3, 8, 2), torch.rand(5, 6).round(), models.one_hot(torch.arange(5) % 3, 3)
    parts = model.loss(x, c)
    (m, v), (pm, pv) = model.posterior(x, c), model.prior(c)
    q, p = (torch.distributions.Normal(a, (0.5 * b).exp()) for a, b in ((m, v), (pm, pv)))
    kl = torch.distributions.kl_divergence(q, p).sum(1).mean()
    assert parts["KL"].item() == pytest.approx(kl.item(), rel=1e-4)
    assert parts["loss"].item() == pytest.approx((parts["reconstruction"] + parts["KL"]).item())
    model.posterior = lambda x, c: model.prior(c)
    assert model.loss(x, c)["KL"].item() == pytest.approx(0, abs=1e-6)


def test_sprites_are_the_same_for_the_same_seed_and_move_with_their_position():
    x, factors = data.sprites(50, seed=3)
    assert x.shape == (50, 400) and 0 <= x.min() and x.max() == 1
    assert torch.equal(x, data.sprites(50, seed=3)[0]) and not torch.equal(x, data.sprites(50, seed=4)[0])
    assert torch.equal(x, data.render_sprites(factors))
    ends = torch.tensor([[1, 3, 7, 0, 16], [1, 3, 7, 31, 16], [1, 3, 7, 16, 0], [1, 3, 7, 16, 31]])
    pixels = data.render_sprites(ends).view(4, 20, 20)
    across, down = (pixels.sum(1) @ torch.arange(20.0), pixels.sum(2) @ torch.arange(20.0))
    assert ((across[1] - across[0]) / pixels[0].sum()).item() == pytest.approx(8, abs=0.2)
    assert ((down[2] - down[3]) / pixels[0].sum()).item() == pytest.approx(8, abs=0.2)


@pytest.mark.parametrize("shape", range(3))
def test_no_rotation_of_a_sprite_leaves_it_unchanged(shape):
    rotated = torch.tensor([[shape, 5, t, 16, 16] for t in range(40)])
    x = data.render_sprites(rotated)
    assert torch.pdist(x).min() > 0.5


@pytest.mark.parametrize("factors", [[[3, 0, 0, 0, 0]], [[0, 0, 0, -1, 0]], [[0, 0, 0, 0]]])
def test_a_sprite_has_five_factors(factors):
    with pytest.raises(ValueError, match="five factors, from 0 to below"):
        data.render_sprites(torch.tensor(factors))


def of_notebook(name, *functions):
    """Functions that a notebook alone has, taken from its cells."""
    space = {"torch": torch, "_check_shapes": metrics._check_shapes}
    (path,) = (Path(__file__).resolve().parent.parent / "notebooks").glob(f"{name}_*.ipynb")
    for cell in json.loads(path.read_text())["cells"]:
        source = "".join(cell["source"])
        if any(source.startswith(f"def {function}(") for function in functions):
            exec(source, space)
    return [space[function] for function in functions]


mutual_information, mig, beta_vae_metric, dci_disentanglement = of_notebook(
    "12", "mutual_information", "mig", "beta_vae_metric", "dci_disentanglement")  # fmt: skip
(code_usage,) = of_notebook("13", "code_usage")


def known_codes():
    """Codes of known quality, (name, codes, the expected MIG, β-VAE metric and DCI)."""
    factors = data.sprites(5000, seed=1)[1]
    z = (factors - factors.double().mean(0)) / factors.double().std(0)
    half = torch.eye(5).double()
    half[3:, 3:] = torch.tensor([[1, -1], [1, 1]]) / 2**0.5
    rng = torch.Generator().manual_seed(1166)
    rotation = torch.linalg.qr(torch.randn(5, 5, generator=rng).double()).Q
    mix = torch.randn(5, 10, generator=torch.Generator().manual_seed(0)).double()
    codes = (z, 0.896, 1, 1), (z @ half, 0.56, 0.808, 0.827), (z @ rotation, 0.253, 0.903, 0.491)
    return factors, (*codes, (z @ mix, 0.066, 0.998, 0.463))


def test_measures_of_codes_of_known_quality():
    torch.manual_seed(0)
    factors, codes = known_codes()
    for z, *wanted in codes:
        measures = mig, beta_vae_metric, dci_disentanglement
        found = [measure(z, factors) for measure in measures]
        assert found == pytest.approx(wanted, abs=0.03)


def test_an_inactive_dimension_changes_no_score():
    factors, ((z, *_), *_) = known_codes()
    z, factors = z[:2000], factors[:2000]
    inactive = torch.cat([z[:, :2], torch.full((2000, 1), 7.0), z[:, 2:]], 1)
    assert mig(inactive, factors) == pytest.approx(mig(z, factors))
    dci = dci_disentanglement(z, factors)
    assert dci_disentanglement(inactive, factors) == pytest.approx(dci, abs=0.01)
    assert beta_vae_metric(inactive, factors) > 0.98
    assert (mutual_information(inactive, factors)[2] == 0).all()


def test_measures_of_factors_or_codes_that_never_vary():
    z, factors = torch.randn(50, 3), torch.randint(4, (50, 2))
    factors[:, 1] = 2
    with pytest.raises(ValueError, match=r"Factors \[1\] never vary"):
        mig(z, factors)
    with pytest.raises(ValueError, match="All latent dimensions, or all factors, are constant"):
        dci_disentanglement(torch.zeros(50, 3), factors)


@pytest.mark.parametrize("measure", [mig, beta_vae_metric, dci_disentanglement])
@pytest.mark.parametrize(("z", "factors"), [((50, 3), (49, 2)), ((50,), (50, 2)), ((50, 3), (50,))])
def test_measures_need_codes_and_factors(measure, z, factors):
    with pytest.raises(ValueError, match="codes"):
        measure(torch.randn(z), torch.randint(3, factors))


def small_vqvae(K=5, d=2):
    return models.VQVAE(torch.nn.Unflatten(1, (2, 2, 2)), torch.nn.Flatten(), K, d)


def test_tokens_are_the_nearest_and_the_gradient_bypasses_them():
    training.seed_everything(0)
    model, x = small_vqvae(), torch.rand(20, 8, requires_grad=True)
    z = model.encode_continuous(x)
    tokens = model.encode(x)
    assert tokens.shape == (20, 2, 2)
    assert torch.equal(tokens, torch.cdist(z.flatten(0, 2), model.codebook).argmin(1).view(20, 2, 2))
    x_hat = model.decode_vectors(models.straight_through(z, model.codebook[tokens]))
    assert torch.equal(x_hat, model.decode(tokens))
    x_hat.sum().backward()
    assert torch.equal(x.grad, torch.ones(20, 8)) and model.codebook.grad is None


def test_a_token_that_is_not_in_the_codebook():
    for token in (-1, 5):
        with pytest.raises(IndexError, match="tokens are 0 to 4"):
            small_vqvae().decode(torch.full((1, 2, 2), token))
    with pytest.raises(ValueError, match="Words lie between 0 and 4; got 0 to 5"):
        code_usage(torch.tensor([0, 5]), 5)


def test_a_codebook_larger_than_the_data():
    model = small_vqvae()
    models.init_codebook(model, torch.rand(2, 8))
    with pytest.raises(ValueError, match="4 different vectors, too few for 5 tokens"):
        models.init_codebook(model, torch.rand(1, 8).repeat(9, 1))


def test_usage_counts_tokens_and_their_perplexity():
    assert code_usage(torch.tensor([[0, 1], [2, 3]]), 9) == (4, pytest.approx(4))
    assert code_usage(torch.tensor([3, 3]), 9) == (1, pytest.approx(1))


def test_mig_needs_two_codes():
    with pytest.raises(ValueError, match="at least two codes"):
        mig(torch.randn(50, 1), torch.randint(3, (50, 2)))


def small_gan():
    training.seed_everything(0)
    return models.GAN(models.mlp(2, 16, 3), models.mlp(3, 16, 1), 2)


def test_each_part_of_a_gan_loss_trains_one_network():
    gan, x = small_gan(), torch.randn(20, 3)
    pair = {"discriminator": gan.discriminator, "generator": gan.generator}
    for part, other in zip(pair, reversed(pair.values()), strict=True):
        gan.zero_grad()
        gan.loss(x)[part].backward()
        assert all(p.grad.abs().sum() > 0 for p in pair[part].parameters())
        assert all(p.grad is None for p in other.parameters())


def test_an_undecided_discriminator_has_the_loss_ln_4():
    gan = small_gan()
    for weight in gan.discriminator.parameters():
        weight.data.zero_()
    parts = gan.loss(torch.randn(20, 3))
    assert parts["discriminator"].item() == pytest.approx(np.log(4))
    assert parts["generator"].item() == pytest.approx(np.log(2))


def test_a_gan_whose_loss_diverges_stops_with_a_sentence():
    gan, x = small_gan(), torch.randn(200, 3)
    before = [p.clone() for p in gan.parameters()]
    with pytest.raises(FloatingPointError, match="In epoch 1 .* no longer finite.*Try a smaller lr") as error:
        training.fit(gan, x, epochs=3, lr=1e30, batch_size=10)
    assert error.value.history == {}
    assert all(torch.equal(a, b) for a, b in zip(before, gan.parameters(), strict=True))


def test_frozen_parameters_are_constants_and_buffers_are_updated():
    net = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
    x = torch.randn(9, 3, requires_grad=True)
    assert torch.equal(models.with_frozen_parameters(net, x), net(x)) and net[1].num_batches_tracked == 2
    models.with_frozen_parameters(net, x).square().sum().backward()
    assert x.grad is not None and all(p.grad is None for p in net.parameters())


def test_aae_weighs_the_adversarial_part_and_separates_discriminator_and_encoder():
    training.seed_everything(0)
    aae, x = models.AAE(6, 8, 2, adversarial_weight=3.0), torch.rand(20, 6)
    parts = aae.loss(x)
    total = parts["reconstruction"] + parts["discriminator"] + 3 * parts["adversarial"]
    assert parts["loss"].item() == pytest.approx(total.item())
    parts["discriminator"].backward()
    assert all(p.grad is None for p in aae.encoder.parameters())
    aae.zero_grad()
    aae.loss(x)["adversarial"].backward()
    assert all(p.grad is None for p in aae.discriminator.parameters())
    assert aae.encoder[0].weight.grad is not None
    with pytest.raises(ValueError, match="between 0 and 1"):
        aae.loss(x + 1)


def test_nearest_centroid_accuracy_and_nearest_neighbour_distances():
    z, y = torch.tensor([[0.0], [2], [10], [12]]), torch.tensor([3, 3, 7, 7])
    assert metrics.nearest_centroid_accuracy(z, y, torch.tensor([[5.0], [7]]), torch.tensor([3, 3])) == 0.5
    images, digits, test = (torch.tensor(a) for a in ([[0.0, 0], [3, 4]], [[0.0, 1]], [[3.0, 6]]))
    fidelity, coverage = metrics.nearest_neighbour_distances(images, digits, test)
    assert fidelity == pytest.approx((1 + 18) / 2) and coverage == pytest.approx(4)
