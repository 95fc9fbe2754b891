"""Sliders. A widget is a pure function render(**values) -> uint8 picture, and controls for its values."""

import base64
import io

import IPython.display
import ipywidgets
import numpy as np
import torch
from PIL import Image

from helpers import plots
from helpers.plots import tile

ipywidgets.widgets.widget.JUPYTER_WIDGETS_ECHO = False  # one message less for each move of a slider


def address(picture):
    """A picture (h, w) or (h, w, 3), uint8, as a JPEG in an address: soon made, and soon shown by a page."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "jpeg", quality=92, subsampling=0)
    return b"data:image/jpeg;base64," + base64.b64encode(buffer.getvalue())


class Explorer(ipywidgets.VBox):
    """The widget that `explore` makes; in a saved page without a kernel it names itself in a sentence."""

    def __repr__(self):
        return "Sliders: run this notebook to move them."


def explore(render, buttons=None, **controls):
    """Controls over a picture that follows them at once.

    render: a pure function of the controls' values, by name, to a uint8 array (h, w) or (h, w, 3).
    buttons: {label: function(values) -> new values}. controls: ipywidgets sliders, menus or texts.
    Each control is tried at both its ends (a text: empty) before anything is shown, so that a broken
    one fails the cell; an error later shows below the picture.
    """

    def values():
        return {name: control.value for name, control in controls.items()}

    for name, control in controls.items():
        ends = (control.min, control.max) if hasattr(control, "min") else getattr(control, "options", ("",))
        for end in ends:
            picture = render(**(values() | {name: end}))
            if getattr(picture, "dtype", None) != np.uint8:
                raise TypeError("render must return a uint8 array (h, w) or (h, w, 3).")
    screen, trouble = ipywidgets.Image(format="url"), ipywidgets.Output()
    screen.layout.height, screen.layout.width = (f"{length}px" for length in picture.shape[:2])
    setting = []

    def show(change=None):
        if trouble.outputs:
            trouble.clear_output()
        if setting:
            return
        threads = torch.get_num_threads()
        torch.set_num_threads(1)  # to wake a second thread takes longer than a small picture
        try:
            screen.value = address(render(**values()))
        except Exception:
            with trouble:
                raise
        finally:
            torch.set_num_threads(threads)

    def press(function):
        with trouble:
            setting.append(True)
            try:
                for name, value in function(values()).items():
                    controls[name].value = value
            finally:
                setting.clear()
        show()

    row = []
    for label, function in (buttons or {}).items():
        row.append(ipywidgets.Button(description=label))
        row[-1].on_click(lambda _, function=function: press(function))
    for control in controls.values():
        control.observe(show, "value")
    show()
    wide = picture.shape[1] > 400
    for control in controls.values() if wide else ():
        control.layout.width = "600px"
    panel = ipywidgets.VBox([*controls.values(), ipywidgets.HBox(row)])
    return Explorer([panel, screen, trouble] if wide else [ipywidgets.HBox([panel, screen]), trouble])


def strip(render, columns=4, **values):
    """The same pictures as explore(render, …), side by side, for readers without a kernel.

    values: for each control one value, or a list; lists run together. Returns a PNG to display.
    """
    lists = {name: value for name, value in values.items() if isinstance(value, list)}
    steps = [dict(zip(lists, step, strict=True)) for step in zip(*lists.values(), strict=True)]
    pictures = [render(**(values | step)) for step in steps]
    rows = [np.concatenate(pictures[i : i + columns], 1) for i in range(0, len(pictures), columns)]
    buffer = io.BytesIO()
    Image.fromarray(np.concatenate(rows, 0)).quantize(256).save(buffer, "png", optimize=True)
    return IPython.display.Image(buffer.getvalue())


def _plain(kind, **options):
    layout, style = ipywidgets.Layout(width="360px"), {"description_width": "120px"}
    return kind(layout=layout, style=style, **options)


def slider(low, high, value, label):
    """A slider with a plain label: of whole numbers if `low` is one, else in 60 steps."""
    whole = isinstance(low, int)
    kind = ipywidgets.IntSlider if whole else ipywidgets.FloatSlider
    step = 1 if whole else (high - low) / 60
    return _plain(kind, value=value, min=low, max=high, step=step, description=label)


def choice(options, value, label):
    """A slider with a plain label that stops at the given options only, equally spaced."""
    return _plain(ipywidgets.SelectionSlider, options=options, value=value, description=label)


def text(value, label):
    """A field for a line of text, with a plain label; the picture follows each key."""
    return _plain(ipywidgets.Text, value=value, description=label)


def _want_fitted(model):
    if any(p.requires_grad for p in model.parameters()) and not getattr(model, "fitted", False):
        raise ValueError("This model is not trained yet, so its pictures mean nothing: run fit(model, …) "
                         "first. After a loop of your own, set model.fitted = True.")  # fmt: skip


def latent_sliders(model, codes, shown=None, scale=8):
    """One slider per latent of model.decode over the image it makes; ranges are where the codes lie.

    model: a module with decode: (1, q) -> (1, s·s), ink 0 to 1. codes: (n, q), the codes of data;
    a slider runs over their 1 % to 99 % quantiles, and the buttons show one of those within, chosen
    at random, or the mean of all. shown: which latents get a slider, the rest stay at that code.
    Raises IndexError if `shown` names a latent that does not exist, ValueError for an untrained model.
    """
    _want_fitted(model)
    codes = codes.detach()
    q = codes.shape[1]
    shown = list(range(q)) if shown is None else list(shown)
    for j in shown:
        if not 0 <= j < q:
            raise IndexError(f"There is no latent {j}: the model has {q}, numbered 0 to {q - 1}.")
    low, high = codes.quantile(0.01, 0), codes.quantile(0.99, 0)
    middle = codes.mean(0)
    z = middle.clone()
    inside = codes[((codes >= low) & (codes <= high))[:, shown].all(1)]

    def render(**values):
        z[shown] = torch.tensor([*values.values()], dtype=z.dtype, device=z.device)
        with torch.no_grad():
            ink = tile(model.decode(z[None]).clamp(0, 1), columns=1)
        return np.kron(255 - (255 * ink).astype(np.uint8), np.ones((scale, scale), np.uint8))

    def at(code):
        z.copy_(code)
        return {f"z{j + 1}": code[j].item() for j in shown}

    controls = {name: slider(low[j].item(), high[j].item(), value, f"latent z{j + 1}")
                for j, (name, value) in zip(shown, at(middle).items(), strict=True)}  # fmt: skip
    buttons = {"A digit's code": lambda _: at(inside[torch.randint(len(inside), (1,)).item()]),
               "Back to the middle": lambda _: at(middle)}  # fmt: skip
    return explore(render, buttons, **controls)


def latent_plane(model, codes, y):
    """Two sliders for a point of a two-dimensional code space, on the map of codes; beside it its image.

    model: a module with decode: (1, 2) -> (1, s·s), ink 0 to 1. codes: (n, 2), y: (n,) their digits;
    the plane runs over the 2 % to 98 % quantiles of the codes. The button goes to a digit's code.
    Raises ValueError for codes of another width or an untrained model.
    """
    _want_fitted(model)
    render = plots.plane(model, codes, y)
    low, high = codes.quantile(0.02, 0).tolist(), codes.quantile(0.98, 0).tolist()
    inside = [z for z in codes.tolist() if all(a <= c <= b for a, c, b in zip(low, z, high, strict=True))]

    def some_digit(_):
        return dict(zip(["z1", "z2"], inside[torch.randint(len(inside), (1,)).item()], strict=True))

    middle = codes.mean(0).tolist()
    controls = {f"z{j + 1}": slider(low[j], high[j], middle[j], f"latent z{j + 1}") for j in (0, 1)}
    return explore(render, {"A digit's code": some_digit}, **controls)
