"""Shipped weights: each file loads, gives the figures that it names, and has a recipe that runs."""

import inspect
import shutil

import pytest
import safetensors
import torch

from helpers import data, models, training
from recipes import RECIPES
from recipes.training import figures, given

NAMES = sorted(path.stem for path in data.WEIGHTS.glob("*.safetensors"))


def metadata(name):
    with safetensors.safe_open(data.WEIGHTS / f"{name}.safetensors", "pt") as file:
        return file.metadata()


@pytest.fixture(scope="module")
def digits():
    return data.mnist(), data.mnist("test")


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A copy of data/weights with 10_vae only, to be damaged."""
    for name in ("SHA256SUMS", "10_vae.safetensors"):
        shutil.copy(data.WEIGHTS / name, tmp_path)
    monkeypatch.setattr(data, "WEIGHTS", tmp_path)
    return tmp_path / "10_vae.safetensors"


def test_each_file_has_its_recipe_and_checksum():
    listed = [line.split()[1] for line in (data.WEIGHTS / "SHA256SUMS").read_text().splitlines()]
    assert listed == [f"{name}.safetensors" for name in NAMES] and NAMES == sorted(RECIPES)
    assert sum(path.stat().st_size for path in data.WEIGHTS.iterdir()) < 25e6


@pytest.mark.parametrize("name", NAMES)
def test_weights_give_their_figures_and_the_recipe_runs(name, digits):
    (x, y), (test, test_y) = digits
    recipe, said = RECIPES[name], metadata(name)
    training.seed_everything(0)
    model = recipe((x[:400], y[:400]), (x[-200:], y[-200:]), epochs=1)  # two steps
    some = given(model, test[:500], test_y[:500])
    untrained = model.loss(*some)["loss"].item()
    training.pretrained(model, name)
    assert model.loss(*some)["loss"].item() < untrained
    for figure, value in figures(model, (x, y), (test, test_y)).items():
        assert value == pytest.approx(float(said[figure]), rel=2e-3), figure
    assert said["recipe"] == f"python -m recipes {name}"
    assert int(said["epochs"]) == inspect.signature(recipe).parameters["epochs"].default
    assert float(said["minutes"]) * int(said["threads"]) <= 60


def test_pretrained_returns_the_model_ready_for_use():
    model = training.pretrained(models.BinarisedVAE(784, 400, 20), "10_vae")
    assert isinstance(model, models.BinarisedVAE) and not model.training and model.fitted


@pytest.mark.parametrize("change", [lambda b: b[:1000], lambda b: b[:-1] + b"x", lambda b: b""])
def test_damaged_weights_are_named(copy, change):
    copy.write_bytes(change(copy.read_bytes()))
    with pytest.raises(data.DataError, match="10_vae.safetensors .*git checkout -- data"):
        training.pretrained(models.BinarisedVAE(784, 400, 20), "10_vae")


def test_missing_weights_are_named(copy):
    copy.unlink()
    with pytest.raises(data.DataError, match="10_vae.safetensors is missing"):
        training.pretrained(models.BinarisedVAE(784, 400, 20), "10_vae")


def test_an_unknown_name_lists_those_that_exist():
    with pytest.raises(data.DataError, match="no weights '10_vea'.*10_vae_2d"):
        training.pretrained(models.BinarisedVAE(784, 400, 20), "10_vea")


@pytest.mark.parametrize("model", [models.VAE(784, 256, 20), models.VAE(784, 400, 9, 20), models.ConvVAE(20)])
def test_weights_that_do_not_fit_leave_the_model_as_it_was(model):
    before = torch.cat([p.flatten() for p in model.parameters()])
    with pytest.raises(ValueError, match="10_vae do not fit.*coder.*recipes"):
        training.pretrained(model, "10_vae")
    assert torch.equal(before, torch.cat([p.flatten() for p in model.parameters()]))
