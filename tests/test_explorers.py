"""Explorers without a browser: the page's arithmetic in V8 against torch, refusals, and the HTML."""

import base64
import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from py_mini_racer import MiniRacer
from torch import nn
from torch.nn import functional as F

from helpers import data, explorers, models
from helpers.explorers import export
from helpers.explorers.scenes import scene

FOLDER = Path(explorers.__file__).parent


class Engine:
    """network.js and page.js in V8. Weights and inputs are written into V8's memory."""

    def __init__(self):
        self.js = MiniRacer().eval
        self.js("".join((FOLDER / name).read_text() for name in ("network.js", "page.js")))
        self.js("var buffer, get, model, out;")

    def buffer(self, content):
        self.js(f"buffer = new ArrayBuffer({len(content)})")[:] = content

    def open(self, weights):
        self.buffer(weights)
        self.js("get = openWeights(buffer)")

    def call(self, expression, x):
        """The typed array that an expression makes of x, a Float32Array."""
        self.buffer(np.ascontiguousarray(x, np.float32).tobytes())
        self.js(f"x = new Float32Array(buffer); out = {expression}")
        return np.frombuffer(self.js("out.slice().buffer"), np.float32).copy()


@pytest.fixture(scope="module")
def engine():
    return Engine()


@pytest.fixture(scope="module")
def digits():
    return data.mnist("test")


def normed(layer, c):
    """A layer, for a dense one a reshape, and a batch normalisation with statistics of its own."""
    norm = nn.BatchNorm2d(c)
    for values in norm.running_mean, norm.weight.data, norm.bias.data:
        values.normal_()
    norm.running_var.uniform_(0.5, 2)
    return nn.Sequential(layer, *([nn.Unflatten(1, (c, 3, 3))] if isinstance(layer, nn.Linear) else []), norm)


torch.manual_seed(0)
silu, shared = nn.SiLU(), nn.Linear(50, 50)
LAYERS = {
    "dense": (nn.Linear(50, 40), (50,)),
    "dense without bias": (nn.Linear(50, 40, bias=False), (50,)),
    "one activation and one dense layer used twice": (nn.Sequential(shared, silu, shared, silu), (50,)),
    "SiLU": (nn.SiLU(), (50,)), "ReLU": (nn.ReLU(), (50,)), "LeakyReLU": (nn.LeakyReLU(0.2), (50,)),
    "sigmoid": (nn.Sigmoid(), (50,)), "tanh": (nn.Tanh(), (50,)), "clamp": (nn.Hardtanh(0, 1), (50,)),
    "reshape": (nn.Sequential(nn.Unflatten(1, (2, 5, 5)), nn.Flatten()), (50,)),
    "conv 3x3, padding 1": (nn.Conv2d(3, 5, 3, padding=1), (3, 7, 7)),
    "conv 4x4, stride 2": (nn.Conv2d(3, 5, 4, 2, 1), (3, 14, 14)),
    "conv 3x5, stride 3, oblong": (nn.Conv2d(2, 4, (3, 5), 3, 2), (2, 9, 11)),
    "transposed 4x4, stride 2": (nn.ConvTranspose2d(5, 3, 4, 2, 1), (5, 7, 7)),
    "transposed 5x2, stride 3, oblong": (nn.ConvTranspose2d(2, 3, (5, 2), 3, 1), (2, 4, 5)),
    "pixel shuffle": (nn.PixelShuffle(4), (32, 7, 7)), "pixel unshuffle": (nn.PixelUnshuffle(2), (3, 8, 6)),
    "batch norm after dense": (normed(nn.Linear(20, 36), 4), (20,)),
    "batch norm after conv": (normed(nn.Conv2d(3, 5, 3), 5), (3, 7, 7)),
    "batch norm after transposed": (normed(nn.ConvTranspose2d(5, 3, 4, 2, 1), 3), (5, 7, 7)),
}  # fmt: skip


@pytest.mark.parametrize("name", LAYERS)
@torch.no_grad()
def test_layer(name, engine):
    module, shape = LAYERS[name]
    tensors, x = {"none": torch.zeros(1)}, torch.randn(1, *shape)
    layers = export.layers(module.eval(), "net", tensors)
    exact = {f"{key}.exact": tensor for key, tensor in tensors.items()}
    for layer in layers:
        layer |= {part: layer[part] + ".exact" for part in ("weight", "bias") if part in layer}
    engine.open(export.pack(exact))
    made = engine.call(f"network({json.dumps(layers)}, get)(x, {list(shape)})", x)
    assert abs(made - module(x).flatten().numpy()).max() < 5e-6
    assert torch.allclose(export.run(layers, x, exact), module(x), atol=5e-6)


class ConvVAE(models.VAE):
    """A small convolutional VAE."""

    def __init__(self, c, q):
        nn.Module.__init__(self)
        self.encoder = nn.Sequential(
            nn.Unflatten(1, (1, 28, 28)), nn.Conv2d(1, c, 4, 2, 1), nn.SiLU(),
            nn.Conv2d(c, 2 * c, 4, 2, 1), nn.SiLU(), nn.Flatten(), nn.Linear(98 * c, 2 * q))  # fmt: skip
        self.decoder = nn.Sequential(
            nn.Linear(q, 98 * c), nn.SiLU(), nn.Unflatten(1, (2 * c, 7, 7)),
            nn.ConvTranspose2d(2 * c, c, 4, 2, 1), nn.SiLU(), nn.ConvTranspose2d(c, 1, 4, 2, 1),
            nn.Flatten())  # fmt: skip


def make(name, x, y):
    """A model after a few steps: enough for codes that differ, without the time to train it."""
    torch.manual_seed(0)
    if name == "PCA":
        return models.PCA(x, 12)
    model = {
        "Autoencoder": lambda: models.Autoencoder(784, 128, 64, 12),
        "VAE 2": lambda: models.VAE(784, 256, 128, 2),
        "VAE 20": lambda: models.VAE(784, 200, 20),
        "ConvVAE": lambda: ConvVAE(8, 10),
        "CVAE": lambda: models.CVAE(784, 10, 128, 64, 5),
        "VQVAE": lambda: models.VQVAE(*models.patch_networks(8, 32), 64, 8),
    }[name]()
    if name == "VQVAE":
        with torch.no_grad():
            vectors = model.encoder(x[:200]).movedim(1, -1).flatten(0, -2)
            model.codebook.copy_(vectors[torch.randperm(len(vectors))[:64]])
    optimiser = torch.optim.Adam(model.parameters(), 3e-3)
    for i in range(0, 4000, 100):
        label = [models.one_hot(y[i : i + 100])] if name == "CVAE" else []
        optimiser.zero_grad()
        model.loss(x[i : i + 100], *label)["loss"].backward()
        optimiser.step()
    if name == "CVAE":  # priors and posteriors that depend on the label, as after a long training
        model.prior_net[-1].weight.data *= 10
        model.encoder[0].weight.data[:, 784:] *= 10
    model.fitted = True
    return model


NAMES = ["PCA", "Autoencoder", "VAE 2", "VAE 20", "ConvVAE", "CVAE", "VQVAE"]


@pytest.fixture(scope="module")
def trained(digits):
    return {name: make(name, *digits) for name in NAMES}


@pytest.mark.parametrize("bits", [16, 8])
@pytest.mark.parametrize("name", NAMES)
@torch.no_grad()
def test_model(name, bits, engine, digits, trained):
    """What the page encodes and decodes is what torch does, from the weights as they are in the HTML."""
    model, x, y = trained[name], digits[0][-40:], digits[1][-40:]
    conditional, tokens = name == "CVAE", name == "VQVAE"
    shown = explorers.latent_sliders(model, digits if conditional else digits[0], pad=True, bits=bits)
    engine.open(shown.weights)
    engine.js(f"model = ready({json.dumps(shown.spec['models'][0])}, 0, get)")
    hot = [models.one_hot(y)] if conditional else []
    posterior = model.posterior(x, *hot) if "VAE" in name and not tokens else [model.encode(x).flatten(1)]
    prior = model.prior(*hot) if conditional else (torch.zeros(()), torch.zeros(()))
    wanted = [(posterior[0] - prior[0]) * (-0.5 * prior[1]).exp(), *(v - prior[1] for v in posterior[1:])]

    def page(expression, inputs):
        calls = zip([expression.replace("label", str(label)) for label in y.tolist()], inputs, strict=True)
        return np.stack([engine.call(*call) for call in calls])

    made = [page(f"model.encode(x, 0, label).{part}", x) for part in ("mean", "sd")[: len(wanted)]]
    if tokens:
        assert (made[0] == wanted[0].numpy()).mean() >= 0.99
    else:
        made[1:] = [2 * np.log(sd) for sd in made[1:]]
        limit = (0.01 if bits == 16 else 0.15) * max(1, wanted[0].std().item())
        assert all(abs(a - b.numpy()).max() < limit for a, b in zip(made, wanted, strict=True))
    images = model.decode(model.encode(x) if tokens else posterior[0], *hot).clamp(0, 1).numpy()
    off = abs(page("model.decode(x, label)", wanted[0]).clip(0, 1) - images)
    assert off.max() <= (2 if bits == 16 else 12) / 255 and off.mean() <= 0.5 / 255


@torch.no_grad()
def test_eight_bits_stay_small_and_near(digits):
    torch.manual_seed(0)
    model = models.VAE(784, 512, 256, 128, 2)
    model.fitted = True
    for p in model.parameters():
        p.normal_(0, 0.05)  # after training, too, weights are bell-shaped
    shown = explorers.latent_plane(model, *digits, bits=8)
    assert len(shown.to_html()) <= 1_600_000


def test_the_same_explorer_again_and_no_random_number_taken(digits, trained):
    state = torch.get_rng_state()
    one, two = (explorers.latent_plane(trained["VAE 2"], *digits, bits=8).to_html() for _ in range(2))
    assert one == two and torch.equal(state, torch.get_rng_state())


def test_what_a_notebook_shows(digits, trained):
    both = {"PCA": trained["PCA"], "</script><b>": trained["VAE 20"]}
    shown = explorers.latent_sliders(both, digits[0], pad=True)
    bundle = shown._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"} and bundle["text/plain"].startswith("Explorer: run ")
    html = bundle["text/html"]
    assert html.lower().count("</script") == 1 and not re.search(r"https?://|import ", html.split('{"')[0])
    assert "<b>" not in html
    (alt, png), = re.findall(r'<img alt="([^"]{40,})".*?src="data:image/png;base64,([^"]+)"', html)
    assert base64.b64decode(png).startswith(b"\x89PNG") and "PCA" in alt


def test_sliders_show_what_varies_most(digits, trained):
    model = trained["VAE 20"]
    with torch.no_grad():
        order = model.encode(digits[0]).var(0).argsort(descending=True)
    one = explorers.latent_sliders(model, digits[0]).spec["models"][0]
    indices = [slider["index"] for slider in one["sliders"]]
    assert len(indices) == 10 and set(indices[:3]) == set(order[:3].tolist())
    shown = explorers.latent_sliders(model, digits[0][:1], shown=np.array([7, 0]))
    assert [slider["index"] for slider in shown.spec["models"][0]["sliders"]] == [7, 0] and shown.to_html()


def test_a_label_alone_is_that_of_all_images(digits, trained):
    shown = explorers.latent_sliders(trained["CVAE"], digits[0][digits[1] == 7], label=7)
    assert shown.spec["label"] == 7 and set(shown.spec["labels"]) == {7}


def flat(change):
    """A model whose two latent dimensions are 0.3 up to a change."""

    class Flat(models.Autoencoder):
        def encode(self, x):
            return 0.3 + change * (x.mean(1, keepdim=True) / x.mean() - 1).repeat(1, 2)

    model = Flat(784, 8, 2)
    model.fitted = True
    return model


@pytest.mark.parametrize("change, width", [(0.0, 2.0), (1e-4, 1e-4)])
def test_latents_that_hardly_vary_have_a_range(digits, change, width):
    model = flat(change)
    low, high = ([s[end] for s in explorers.latent_sliders(model, digits[0]).spec["models"][0]["sliders"]]
                 for end in ("low", "high"))  # fmt: skip
    assert all(width / 3 < b - a < 3 * width and a < 0.3 < b for a, b in zip(low, high, strict=True))


@pytest.mark.parametrize("kind", [torch.Tensor.byte, torch.Tensor.short, torch.Tensor.numpy])
def test_labels_of_any_integer_type(kind, digits, trained):
    x, y = digits[0][:200], digits[1][:200]
    for show in (lambda y: explorers.latent_plane(trained["VAE 2"], x, y),
                 lambda y: explorers.latent_sliders(trained["CVAE"], (x, y))):  # fmt: skip
        assert show(kind(y)).to_html() == show(y).to_html()


@pytest.mark.parametrize("n", [1, 2])
def test_few_images(n, digits, trained):
    assert explorers.latent_plane(trained["VAE 2"], digits[0][:n], digits[1][:n], bits=8).to_html()


# ---------------------------------------------------------------------------------------- refusals


def test_codes_or_labels_that_cannot_be_shown(digits, trained):
    for model, n in (flat(float("nan")), 20), (flat(float("inf")), 20), (trained["VAE 2"], 0):
        for show in (lambda model, x, y: explorers.latent_sliders(model, x), explorers.latent_plane):
            with pytest.raises(ValueError, match="there are none, or some are NaN or infinite"):
                show(model, digits[0][:n], digits[1][:n])
    with pytest.raises(ValueError, match="Labels lie between 0 and 9; got 90 to 99"):
        explorers.latent_plane(trained["VAE 2"], digits[0], digits[1] + 90)


def test_an_untrained_model(digits):
    for show in (explorers.latent_sliders, lambda model, x: explorers.latent_plane(model, *digits)):
        with pytest.raises(ValueError, match="not trained yet.*run fit"):
            show(models.VAE(784, 16, 2), digits[0])


@pytest.mark.parametrize("layer, what", [
    (nn.GELU(), "no layer GELU, only Linear"), (nn.Conv2d(2, 2, 3, dilation=2), "dilation"),
    (nn.Conv2d(2, 2, (3, 3), stride=(1, 2)), "stride"),
    (nn.BatchNorm2d(3), "right after a layer with weights")
])  # fmt: skip
def test_a_layer_that_the_page_does_not_know(layer, what):
    with pytest.raises(TypeError, match=what):
        export.layers(nn.Sequential(layer), "net", {})


class DoublesMean(models.VAE):
    def posterior(self, x):
        mu, log_var = super().posterior(x)
        return 2 * mu, log_var


class HalvesLogVar(models.VAE):
    def posterior(self, x):
        mu, log_var = super().posterior(x)
        return mu, log_var / 2


class TransposesWeights(models.VAE):
    def decode(self, z):
        hidden = F.silu(self.decoder[0](z))
        hidden = F.silu(F.linear(hidden, self.decoder[2].weight.T, self.decoder[2].bias))
        return self.decoder[4](hidden).sigmoid()


@pytest.mark.parametrize("kind, part", [(DoublesMean, "encoder"), (HalvesLogVar, "encoder"),
                                        (TransposesWeights, "decoder")])  # fmt: skip
def test_a_model_that_the_page_would_show_wrongly(kind, part, digits):
    model = kind(784, 16, 16, 2)
    model.fitted = True
    with pytest.raises(ValueError, match=f"its {part} computes something else"):
        explorers.latent_sliders(model, digits[0], pad=True)


def test_a_scene_needs_sliders_that_move():
    for slider, play in (("m", 0, 1, 2, 0.1), None), (("m", 0, 1, 0, 0), None), (("m", 0, 1, 0, 1), "t"):
        with pytest.raises(ValueError, match="low ≤ start ≤ high"):
            scene("", [slider], {}, Figure(), "nothing", play=play)


def test_wrong_arguments(digits, trained):
    vae = trained["VAE 20"]
    with pytest.raises(ValueError, match="2 latent dimensions without labels; this one has 20 "):
        explorers.latent_plane(vae, *digits)
    for j in 20, -1:
        with pytest.raises(IndexError, match=f"no latent dimension {j}: the model has 20, numbered from 0"):
            explorers.latent_sliders(vae, digits[0], shown=[j])
    with pytest.raises(ValueError, match="8 or 16 bits, not 4"):
        explorers.latent_sliders(vae, digits[0], bits=4)
    with pytest.raises(ValueError, match="28 × 28 pixels, not 10 × 10: use pad=False"):
        explorers.latent_sliders(models.PCA(digits[0][:, :100], 3), digits[0][:, :100], pad=True)
    with pytest.raises(ValueError, match="net.weight has values that float16 cannot hold"):
        export.pack({"net.weight": torch.tensor([1e6])})
