"""The sliders, without a page: run under the ipywidgets of requirements.txt, and under Colab's (Makefile)."""

import numpy as np
import pytest
import torch

from helpers import data, models, plots, training, widgets


@pytest.fixture(scope="module")
def digits():
    return data.mnist("test")


def _find(box, kind):
    children = getattr(box, "children", ())
    return ([box] if isinstance(box, kind) else []) + [w for child in children for w in _find(child, kind)]


def _image_widget(box):
    return _find(box, widgets.ipywidgets.Image)[0]


def test_latent_sliders_show_the_decoded_code(digits):
    x = digits[0]
    pca = models.PCA(x, 4)
    box = widgets.latent_sliders(pca, pca.encode(x), shown=[0, 3])
    before = _image_widget(box).value
    sliders = _find(box, widgets.ipywidgets.FloatSlider)
    assert [s.description for s in sliders] == ["latent z1", "latent z4"]
    sliders[1].value = sliders[1].max
    assert _image_widget(box).value != before
    _find(box, widgets.ipywidgets.Button)[1].click()
    assert _image_widget(box).value == before


@pytest.mark.parametrize("j", [4, -1])
def test_latent_out_of_range(digits, j):
    pca = models.PCA(digits[0], 4)
    with pytest.raises(IndexError, match=f"no latent dimension {j}: the model has 4, numbered 0 to 3"):
        widgets.latent_sliders(pca, pca.encode(digits[0]), shown=[j])


def test_hidden_latents_follow_the_digit_chosen(digits):
    x = digits[0]
    pca = models.PCA(x, 4)
    box = widgets.latent_sliders(pca, pca.encode(x), shown=[0])
    sliders, buttons = _find(box, widgets.ipywidgets.FloatSlider), _find(box, widgets.ipywidgets.Button)
    at_mean = _image_widget(box).value
    buttons[0].click()
    sliders[0].value = pca.encode(x).mean(0)[0].item()
    assert _image_widget(box).value != at_mean
    buttons[1].click()
    assert _image_widget(box).value == at_mean


def test_latent_plane_and_its_static_figure(digits):
    pca = models.PCA(digits[0], 2)
    z, y = pca.encode(digits[0][:200]), digits[1][:200]
    box = widgets.latent_plane(pca, z, y)
    before = _image_widget(box).value
    sliders = _find(box, widgets.ipywidgets.FloatSlider)
    sliders[1].value = sliders[1].max
    assert _image_widget(box).value != before
    render = plots.latent_plane_renderer(pca, z, y)
    image = render(0.0, 0.0)
    assert image.dtype == np.uint8 and (image != render(1.0, 0.0)).any()
    assert widgets.static_figure(render, z1=[0.0, 1.0, 2.0], z2=0.0).data.startswith(b"\x89PNG")
    with pytest.raises(ValueError, match=r"needs codes \(n, 2\); got \(200, 3\)"):
        widgets.latent_plane(pca, torch.zeros(200, 3), y)


def test_an_untrained_model_is_not_shown(digits):
    x, y = (part[:300] for part in digits)
    net = models.Autoencoder(784, 16, 2)
    for show in (lambda: widgets.latent_sliders(net, torch.zeros(9, 2)),
                 lambda: widgets.latent_plane(net, torch.zeros(9, 2), y[:9])):  # fmt: skip
        with pytest.raises(ValueError, match="not trained yet.*run fit"):
            show()
    with pytest.raises(FloatingPointError):
        training.fit(net, x * float("nan"), epochs=1, lr=1e-3)
    with pytest.raises(ValueError, match="not trained yet"):
        widgets.latent_sliders(net, torch.zeros(9, 2))
    training.fit(net, x, epochs=1, lr=1e-3)
    with torch.no_grad():
        widgets.latent_sliders(net, net.encode(x))


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


def test_a_saved_page_says_what_is_missing(digits):
    pca = models.PCA(digits[0], 2)
    assert repr(widgets.latent_sliders(pca, torch.randn(9, 2))) == "Sliders: run this notebook to move them."
