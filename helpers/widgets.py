"""Sliders. A widget is a pure function render(**values) -> uint8 image, and controls for its values."""

import base64
import io

import IPython.display
import ipywidgets
import numpy as np
import torch
from PIL import Image

from helpers import plots, training
from helpers.plots import image_grid

ipywidgets.widgets.widget.JUPYTER_WIDGETS_ECHO = False  # one message less for each move of a slider


def data_uri(image):
    """An image (h, w) or (h, w, 3), uint8, as a JPEG data URI: fast to encode and to show in a page."""
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "jpeg", quality=92, subsampling=0)
    return b"data:image/jpeg;base64," + base64.b64encode(buffer.getvalue())


class Explorer(ipywidgets.VBox):
    """The widget that `explore` makes; in a saved page it is shown as one sentence."""

    def __repr__(self):
        return "Sliders: run this notebook to move them."


def explore(render, buttons=None, **controls):
    """Controls and an image that follows them at once.

    render: a pure function of the controls' values, by name, to a uint8 array (h, w) or (h, w, 3).
    buttons: {label: function(values) -> new values}. controls: ipywidgets sliders, menus or texts.
    Each control is tried at both its ends (a text: empty) before anything is shown, so that a broken
    one fails the cell; an error later is shown below the image.
    """

    def values():
        return {name: control.value for name, control in controls.items()}

    for name, control in controls.items():
        ends = (control.min, control.max) if hasattr(control, "min") else getattr(control, "options", ("",))
        for end in ends:
            image = render(**(values() | {name: end}))
            if getattr(image, "dtype", None) != np.uint8:
                raise TypeError("render must return a uint8 array (h, w) or (h, w, 3).")
    image_widget, error_output = ipywidgets.Image(format="url"), ipywidgets.Output()
    image_widget.layout.height, image_widget.layout.width = (f"{length}px" for length in image.shape[:2])
    setting = []

    def show(change=None):
        if error_output.outputs:
            error_output.clear_output()
        if setting:
            return
        threads = torch.get_num_threads()
        torch.set_num_threads(1)  # waking a second thread takes longer than a small image
        try:
            image_widget.value = data_uri(render(**values()))
        except Exception:
            with error_output:
                raise
        finally:
            torch.set_num_threads(threads)

    def on_click(function):
        with error_output:
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
        row[-1].on_click(lambda _, function=function: on_click(function))
    for control in controls.values():
        control.observe(show, "value")
    show()
    wide = image.shape[1] > 400
    for control in controls.values() if wide else ():
        control.layout.width = "600px"
    panel = ipywidgets.VBox([*controls.values(), ipywidgets.HBox(row)])
    return Explorer([panel, image_widget, error_output] if wide else
                    [ipywidgets.HBox([panel, image_widget]), error_output])  # fmt: skip


def static_figure(render, columns=4, **values):
    """The same images as explore(render, …), side by side: the static version of the sliders.

    values: for each control one value, or a list; lists run together. Returns a PNG to display.
    """
    lists = {name: value for name, value in values.items() if isinstance(value, list)}
    steps = [dict(zip(lists, step, strict=True)) for step in zip(*lists.values(), strict=True)]
    images = [render(**(values | step)) for step in steps]
    rows = [np.concatenate(images[i : i + columns], 1) for i in range(0, len(images), columns)]
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


def option_slider(options, value, label):
    """A slider with a plain label that stops at the given options only, equally spaced."""
    return _plain(ipywidgets.SelectionSlider, options=options, value=value, description=label)


def text(value, label):
    """A field for a line of text, with a plain label; the image follows each key."""
    return _plain(ipywidgets.Text, value=value, description=label)


def latent_sliders(model, codes, shown=None, scale=8):
    """One slider per latent dimension of model.decode, beside the decoded image.

    model: a module with decode: (1, q) -> (1, s·s), pixel intensities. codes: (n, q), encoded data; a slider
    runs over their 1% to 99% quantiles, and the buttons set the sliders to one of those within, chosen at
    random, or to the mean of all. shown: which dimensions get a slider, the rest keep that code's value.
    Raises IndexError if `shown` names a dimension that does not exist, ValueError for an untrained model.
    """
    training.check_fitted(model)
    codes = codes.detach()
    q = codes.shape[1]
    shown = list(range(q)) if shown is None else list(shown)
    for j in shown:
        if not 0 <= j < q:
            raise IndexError(f"There is no latent dimension {j}: the model has {q}, numbered 0 to {q - 1}.")
    low, high = codes.quantile(0.01, 0), codes.quantile(0.99, 0)
    mean = codes.mean(0)
    z = mean.clone()
    inside = codes[((codes >= low) & (codes <= high))[:, shown].all(1)]

    def render(**values):
        z[shown] = torch.tensor([*values.values()], dtype=z.dtype, device=z.device)
        with torch.no_grad():
            pixels = image_grid(model.decode(z[None]).clamp(0, 1), columns=1)
        return np.kron(255 - (255 * pixels).astype(np.uint8), np.ones((scale, scale), np.uint8))

    def at(code):
        z.copy_(code)
        return {f"z{j + 1}": code[j].item() for j in shown}

    controls = {name: slider(low[j].item(), high[j].item(), value, f"latent z{j + 1}")
                for j, (name, value) in zip(shown, at(mean).items(), strict=True)}  # fmt: skip
    buttons = {"Encode a test image": lambda _: at(inside[torch.randint(len(inside), (1,)).item()]),
               "Reset to the mean": lambda _: at(mean)}  # fmt: skip
    return explore(render, buttons, **controls)


def latent_plane(model, codes, y):
    """Two sliders for a point of a two-dimensional latent space, beside the decoded image.

    model: a module with decode: (1, 2) -> (1, s·s), pixel intensities. codes: (n, 2), y: (n,) their digits,
    shown as a scatter plot; the sliders run over the 2% to 98% quantiles of the codes. The button goes to
    the code of one of these digits. Raises ValueError for codes of another dimension or an untrained model.
    """
    training.check_fitted(model)
    render = plots.latent_plane_renderer(model, codes, y)
    low, high = codes.quantile(0.02, 0).tolist(), codes.quantile(0.98, 0).tolist()
    inside = [z for z in codes.tolist() if all(a <= c <= b for a, c, b in zip(low, z, high, strict=True))]

    def some_digit(_):
        return dict(zip(["z1", "z2"], inside[torch.randint(len(inside), (1,)).item()], strict=True))

    mean = codes.mean(0).tolist()
    controls = {f"z{j + 1}": slider(low[j], high[j], mean[j], f"latent z{j + 1}") for j in (0, 1)}
    return explore(render, {"Encode a test image": some_digit}, **controls)
