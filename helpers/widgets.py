"""Sliders. A widget is a pure function render(**values) -> uint8 image, and controls for its values."""

import base64
import io

import IPython.display
import ipywidgets
import numpy as np
import torch
from PIL import Image

ipywidgets.widgets.widget.JUPYTER_WIDGETS_ECHO = False  # one message less for each move of a slider


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
            buffer = io.BytesIO()
            Image.fromarray(render(**values())).save(buffer, "jpeg", quality=92, subsampling=0)
            image_widget.value = b"data:image/jpeg;base64," + base64.b64encode(buffer.getvalue())
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
