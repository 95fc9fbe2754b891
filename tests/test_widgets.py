"""The sliders, without a page: run under the ipywidgets of requirements.txt, and under Colab's (Makefile)."""

import numpy as np
import pytest

from helpers import widgets


def _find(box, kind):
    children = getattr(box, "children", ())
    return ([box] if isinstance(box, kind) else []) + [w for child in children for w in _find(child, kind)]


def test_option_slider_stops_at_its_options_only():
    seen = []

    def render(a):
        seen.append(a)
        return np.full((9, 9), 10 * a, np.uint8)

    box = widgets.explore(render, a=widgets.option_slider([2, 3, 7], 3, "a"))
    assert seen == [2, 3, 7, 3] and _find(box, widgets.ipywidgets.SelectionSlider)[0].value == 3


def test_a_text_is_tried_empty_and_followed():
    seen = []

    def render(word):
        seen.append(word)
        return np.full((9, 9), len(word), np.uint8)

    box = widgets.explore(render, word=widgets.text("gl_ss", "a word"))
    _find(box, widgets.ipywidgets.Text)[0].value = "gl_s"
    assert seen == ["", "gl_ss", "gl_s"]


def test_explore_tries_both_ends():
    def render(k):
        if k == 5:
            raise ValueError("broken at the end")
        return np.zeros((4, 4), np.uint8)

    with pytest.raises(ValueError, match="broken at the end"):
        widgets.explore(render, k=widgets.slider(0, 5, 1, "k"))
    with pytest.raises(TypeError, match="uint8"):
        widgets.explore(lambda k: np.zeros((4, 4)), k=widgets.slider(0, 5, 1, "k"))


def test_a_saved_page_says_what_is_missing():
    box = widgets.explore(lambda k: np.zeros((4, 4), np.uint8), k=widgets.slider(0, 5, 1, "k"))
    assert repr(box) == "Sliders: run this notebook to move them."


def test_buttons_set_the_controls_and_the_static_figure_is_the_same_images():
    def render(a):
        return np.full((9, 9), round(10 * a), np.uint8)

    up = {"Up": lambda values: {"a": values["a"] + 1}}
    box = widgets.explore(render, up, a=widgets.slider(0.0, 5.0, 2.0, "a"))
    (image,), (up,) = (_find(box, kind) for kind in (widgets.ipywidgets.Image, widgets.ipywidgets.Button))
    before = image.value
    up.click()
    assert _find(box, widgets.ipywidgets.FloatSlider)[0].value == 3 and image.value != before
    assert widgets.static_figure(render, a=[0.0, 1.0, 2.0]).data.startswith(b"\x89PNG")


def test_a_slider_whose_ends_are_equal():
    widgets.explore(lambda a: np.zeros((4, 4), np.uint8), a=widgets.slider(0.3, 0.3, 0.3, "a"))
