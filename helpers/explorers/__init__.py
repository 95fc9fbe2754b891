"""Explorers: sliders, a latent plane and a drawing pad whose network runs in the page, without a kernel.

An explorer is one HTML output: scripts, weights, and a still image for readers whose page runs no scripts.
"""

import copy
import inspect

import torch
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from torch.nn import Embedding, Sequential, Sigmoid

from helpers import models, plots, training
from helpers.explorers import export
from helpers.explorers.export import Explorer

TICKS = [-100, -10, 0, 10, 100]  # of asinh axes
LIMITS = {16: 2 / 255, 8: 12 / 255}  # bits of a weight: the most that rounding may change a decoded pixel


@torch.no_grad()
def latent_plane(model, x, y, asinh=False, bits=16):
    """A two-dimensional latent space to move in, over the encoded images, beside the decoded image.

    model: trained, with encode: (n, d) -> (n, 2) and decode. x: (n, d) images, pixel intensities from 0 to 1;
    y: (n,) their classes; about 2,000 are shown. asinh: axes are logarithmic beyond ±1, for a crowded
    centre. bits: of a weight, 16 or 8. Returns an Explorer. Raises ValueError for an untrained model, another
    number of latent dimensions or a model that the page cannot show, TypeError for a layer that it lacks.
    """
    x, y, tensors = export.some(x, 2000), export.some(torch.as_tensor(y).long(), 2000), {}
    one, codes, join = _describe(model, "model", "0", x, y, None, True, tensors)
    models.one_hot(y)  # raises ValueError for labels that have no colour
    if one["q"] != 2 or one["labels"]:
        raise ValueError("latent_plane needs a model of 2 latent dimensions without labels; this one has "
                         f"{one['q']} and {one['labels']} labels: use latent_sliders.")  # fmt: skip
    one["sliders"].sort(key=lambda slider: slider["index"])
    for slider, z in zip(one["sliders"], codes.T, strict=True):  # room for nearly all encoded images
        low, high = z.quantile(torch.tensor([0.004, 0.996])).tolist()
        slider |= {"low": min(slider["low"], low), "high": max(slider["high"], high)}
    low, high = (torch.tensor([slider[end] for slider in one["sliders"]]) for end in ("low", "high"))
    inside = ((codes >= low) & (codes <= high)).all(1)
    codes, y = (codes[inside], y[inside]) if inside.any() else (codes, y)
    tensors |= {"dots.exact": codes, "classes": y.byte()}
    classes, places = (part.tolist() for part in plots.typical_codes(codes, y))
    plane = {"colours": plots.CLASSES, "classes": classes, "places": places, "asinh": asinh}
    bend, unbend = (torch.asinh, torch.sinh) if asinh else (torch.clone, torch.clone)
    low, high = bend(low), bend(high)
    steps = (torch.arange(16) + 0.5) / 16  # a grid of 16 × 16 points, from the upper left
    grid = unbend(low + (high - low) * torch.cartesian_prod(steps.flip(0), steps).flip(1))
    decoded = export.run(one["decoder"], join(grid, None), tensors).clamp(0, 1)
    side = round(decoded.shape[1] ** 0.5)
    left, right = (figure := Figure((8.4, 4.2))).subplots(1, 2)
    for radius in (1, 2) if one["kind"] == "gaussian" else ():
        left.add_patch(Circle((0, 0), radius, fill=False, ec=plots.COLOUR["prior"], lw=1.5))
    left.scatter(*bend(codes).T.numpy(), c=[plane["colours"][c] for c in y], s=4, alpha=0.6, linewidths=0)
    for c, place in zip(classes, places, strict=True):
        box = {"boxstyle": "circle,pad=.15", "fc": "white", "ec": plane["colours"][c]}
        left.text(*bend(torch.tensor(place)).tolist(), c, weight="bold", ha="center", va="center", bbox=box)
    sheet = decoded.view(16, 16, side, side).transpose(1, 2).reshape(16 * side, -1).numpy()
    (a, c), (b, d) = low.tolist(), high.tolist()
    right.imshow(sheet, cmap="gray_r", vmin=0, vmax=1, extent=(a, b, c, d), aspect="auto")
    for ax, title in (left, "encoded images"), (right, "decoded images"):
        for axis in (ax.xaxis, ax.yaxis) if asinh else ():
            axis.set_ticks(torch.tensor(TICKS).asinh(), TICKS)
        ax.set(xlim=(a, b), ylim=(c, d), xlabel="$z_1$", ylabel="$z_2$", title=title)
    alt = "Left: encoded images, coloured by class. Right: images decoded from a grid of this plane."
    return _explorer({"plane": plane}, [(one, codes, join)], x, y, True, 0, tensors, bits, figure, alt)


@torch.no_grad()
def latent_sliders(models, x, shown=None, pad=False, label=None, bits=16):
    """Sliders for latent dimensions beside the decoded image; with a pad, also posterior and reconstruction.

    models: trained, with encode: (n, d) -> (n, q) and decode; one model, or a dict {name: model}. x: (n, d)
    images, pixel intensities from 0 to 1. shown: the latent dimensions with a slider (default: the ten whose
    encoded means vary most). pad: the reader can draw a digit. label: the first label to generate, for a
    conditional model; x is then a tuple (x, y) with the labels y: (n,), or all of x has this label.
    bits: of a weight, 16 or 8. Returns an Explorer. Raises ValueError for an untrained model or one that the
    page cannot show, IndexError for a latent dimension that does not exist, TypeError for an unknown layer.
    """
    models, label = models if isinstance(models, dict) else {"model": models}, label or 0
    x, y = x if isinstance(x, tuple) else (x, torch.full((len(x),), label))
    y = export.some(torch.as_tensor(y).long(), 2000)
    x, tensors, single = export.some(x, 2000), {}, len(models) == 1
    described = [_describe(model, name, str(i), x, y, shown, pad, tensors)
                 for i, (name, model) in enumerate(models.items())]  # fmt: skip
    labelled = single and described[0][0]["labels"]
    rows = {} if labelled else {"images": x[:10]}
    for one, codes, join in described:
        for i in range(len(x[:4]) if labelled else 0):  # one latent vector with each label
            made = export.run(one["decoder"], join(codes[[i] * 10], torch.arange(10)), tensors)
            rows[f"{'image' if pad else 'vector'} {i + 1}"] = torch.cat([x[[i]], made]) if pad else made
        if not labelled:
            name = "reconstructions" if single else one["name"].replace("$", r"\$")
            rows[name] = export.run(one["decoder"], join(codes[:10], y[:10]), tensors)
    for slider in one["sliders"][:3] if single and not labelled else ():
        z, j = codes[:1].repeat(10, 1), slider["index"]
        z[:, j] = torch.linspace(slider["low"], slider["high"], 10)
        rows[f"$z_{{{j + 1}}}$"] = export.run(one["decoder"], join(z, y[:1].repeat(10)), tensors)
    columns = len([*rows.values()][-1])
    ax = (figure := Figure((8.4, 8.4 * len(rows) / columns))).subplots()
    heads = [*["image"] * pad, *range(10)] if labelled else columns
    plots.show_images(torch.cat([*rows.values()]).clamp(0, 1), ax, heads, rows=[*rows])
    rest = ", then decoded images while one latent dimension varies" if single else f" by {', '.join(models)}"
    alt = f"First row: images. Below: their reconstructions{rest}."
    if labelled:
        alt = f"Each row: {'an image, then ' * pad}its latent vector, decoded with the labels 0 to 9."
    return _explorer({}, described, x, y, pad, label, tensors, bits, figure, alt)


@torch.no_grad()
def completion(model, x, bits=16):
    """A brush that masks pixels, and completions, each from another sample of the prior network.

    model: a trained CVAE; its condition is 0 for a masked pixel, else 2 x − 1. x: (n, 784), rounded here.
    bits: of a weight, 16 or 8. Returns an Explorer. ValueError: untrained, or the page cannot show it.
    """
    training.check_fitted(model)
    model, x, tensors = copy.deepcopy(model).cpu().eval(), x[:2000].cpu().round(), {}
    lower, none = (torch.arange(784) > 391).float(), torch.zeros(len(x)).long()
    c = torch.stack([1 - lower, lower, 0 * lower])[torch.arange(len(x)) % 3] * (2 * x - 1)
    z, top, nets = export.near(model.prior(c)[0], 1), x[:10], [Sequential(model.decoder, Sigmoid())]
    one = {"name": "model", "kind": "completion", "q": z.shape[1], "labels": 0, "sliders": [], "start": []}
    one["encoder"] = export.follow(model.prior_net, [model.prior_net], [c], "0.encoder", tensors)
    one["decoder"] = export.follow(model.decode, nets, [z, c], "0.decoder", tensors)
    mu, log_var = model.prior(half := (1 - lower) * (2 * top - 1))
    noise = torch.randn(3, *mu.shape, generator=torch.Generator().manual_seed(0))
    made = model.decode(mu + (0.5 * log_var).exp() * noise, half.expand(3, *half.shape))
    sheet = torch.cat([top, *(top + (new - top) * lower for new in (0.2, *made))])
    names = ["image", "visible", *[f"completion {i}" for i in (1, 2, 3)]]
    plots.show_images(sheet, (figure := Figure((8.4, 4.3))).subplots(), len(top), rows=names)
    alt = "First row: digits. Second row: their visible upper halves. Below: three completions of each."
    spec, join = {"mask": lower.tolist()}, lambda z, y: torch.cat([z, c[torch.arange(len(z)) % len(c)]], 1)
    return _explorer(spec, [(one, z, join)], x, none, True, 0, tensors, bits, figure, alt, c)


def _describe(model, name, key, x, y, shown, pad, tensors):
    """What the page needs of one model: (spec, codes, join). Weights go into `tensors`, as `key`.….

    codes: (n, q), those of x: posterior means if there is one, relative to the prior p(z|c) if it has labels.
    join: a function of codes and labels to the decoder's input.
    """
    training.check_fitted(model)
    model = copy.deepcopy(model).cpu().eval()
    gaussian, tokens = hasattr(model, "posterior"), hasattr(model, "codebook")
    conditional = len(inspect.signature(model.decode).parameters) > 1
    hot = [models.one_hot(y)] if conditional else []

    def encode(*given):
        return torch.cat(model.posterior(*given), 1) if gaussian else model.encode(*given)

    out = encode(x, *hot)
    codes = out.chunk(2, 1)[0] if gaussian else out.flatten(1).float()
    plots.limits(codes, 0)  # raises ValueError for codes that cannot be shown
    nets = dict(model.named_children())  # PCA has none
    encoder, decoder = ([nets[part]] if part in nets else [] for part in ("encoder", "decoder"))
    given = [export.near(codes[:16], 1), *[c[:16] for c in hot]]
    if tokens:
        encoder = [Sequential(*encoder, export.Nearest(model.codebook.detach()))]
        decoder = [Sequential(Embedding.from_pretrained(model.codebook.detach()), *decoder)]
        given = [out[:16]]
    decoder += [Sequential(*decoder, Sigmoid())] if decoder else []
    one = {"name": name, "kind": "tokens" if tokens else "gaussian" if gaussian else "point",
           "q": codes.shape[1], "labels": 10 * conditional, "sliders": []}  # fmt: skip
    one["decoder"] = export.follow(model.decode, decoder, given, f"{key}.decoder", tensors)
    if pad:
        given = [part[:16] for part in (x, *hot)]
        one["encoder"] = export.follow(encode, encoder, given, f"{key}.encoder", tensors)
    else:  # the page needs the codes of the test images only
        tensors[f"{key}.table.exact"] = export.some(out, 20).flatten(1).float()
    if conditional:
        mu, log_var = model.prior(torch.eye(10))
        tensors[f"{key}.prior.exact"], std = torch.cat([mu, log_var], 1), (0.5 * log_var).exp()
        codes = (codes - mu[y]) / std[y]
    if tokens:
        one |= {"shape": list(out.shape[1:]), "tokens": len(model.codebook)}

    def join(codes, y):
        if conditional:
            return torch.cat([mu[y] + std[y] * codes, torch.eye(10)[y]], 1)
        return codes.view(-1, *out.shape[1:]) if tokens else codes

    one["start"] = codes[0].tolist() if tokens else codes.mean(0).tolist()
    one["order"] = codes.var(0, correction=0).argsort(descending=True).tolist()
    for j in () if tokens else one["order"][:10] if shown is None else shown:
        if not 0 <= j < one["q"]:
            raise IndexError(f"There is no latent dimension {j}: the model has {one['q']}, numbered from 0.")
        low, high = (end.item() for end in plots.limits(codes[:, [j]], 0.01))
        if gaussian:  # room for samples from the prior
            low, high = min(low, -3), max(high, 3)
        one["sliders"].append({"index": int(j), "low": low, "high": high})
    return one, codes, join


def _explorer(spec, described, x, y, pad, label, tensors, bits, figure, alt, given=None):
    """The Explorer of described models. given: the encoder's inputs. ValueError if rounding shows."""
    if bits not in LIMITS:
        raise ValueError(f"A weight has 8 or 16 bits, not {bits}.")
    small = tensors | {"images": (255 * export.some(x, 20)).round().byte()}
    for one, z, join in described if bits == 8 else ():
        z = torch.cat([z, export.near(z, 0.5 * (one["kind"] != "tokens"))])
        export.quantise(one["decoder"], join(z, y.repeat(2)), small)
        if pad:
            inputs = torch.cat([x, models.one_hot(y)], 1) if one["labels"] else x if given is None else given
            export.quantise(one["encoder"], inputs, small)
    weights = export.pack(small)
    stored = export.unpack(weights)
    for one, codes, join in described:
        exact, rounded = (export.run(one["decoder"], join(codes[:100], y[:100]), part).clamp(0, 1)
                          for part in (tensors, stored))  # fmt: skip
        side, off = round(exact.shape[1] ** 0.5), (exact - rounded).abs().max()
        if off > LIMITS[bits]:
            raise ValueError(f"With weights of {bits} bits the decoded images of {one['name']} would differ "
                             f"by up to {off:.2f} from the model's: use bits=16.")  # fmt: skip
        if pad and side != 28:
            raise ValueError(f"The pad draws images of 28 × 28 pixels, not {side} × {side}: use pad=False.")
    spec |= {"models": [one for one, *_ in described], "pad": pad, "side": side, "label": label}
    return Explorer(spec | {"labels": export.some(y, 20).tolist()}, weights, figure, alt)
