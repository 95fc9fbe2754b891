"""Explorers in Chromium: parity, every control, mouse, touch, keys, themes, sandboxes; a real JupyterLab."""

import base64
import json
import math
import re
import statistics

import nbformat
import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from test_explorers import FOLDER, flat, make
from test_notebooks import ROOT

from helpers import data, explorers, models, training
from helpers.explorers.scenes import scene

HEAD = '<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">' \
       '<meta name="color-scheme" content="light dark"><body>'  # fmt: skip
CSP = """<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline';
    style-src 'unsafe-inline'; img-src data:">"""
PIXELS = """async canvas => {
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
    const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return btoa(String.fromCharCode(...data.filter((_, i) => i % 4 === 0)));
}"""
PHONE = {"viewport": {"width": 360, "height": 700}, "has_touch": True, "is_mobile": True,
         "device_scale_factor": 2}  # fmt: skip
THREE = [[(0.25, 0.3), (0.35, 0.18), (0.55, 0.15), (0.7, 0.25), (0.66, 0.4), (0.45, 0.48), (0.66, 0.55),
          (0.74, 0.7), (0.6, 0.84), (0.4, 0.86), (0.25, 0.76)]]  # fmt: skip
ONE = [[(0.5, 0.2), (0.48, 0.8)]]


@pytest.fixture(scope="module")
def digits():
    return data.mnist("test")


@pytest.fixture(scope="module")
def trained(digits):
    names = ["PCA", "Autoencoder", "VAE 2", "VAE 20", "ConvVAE", "CVAE", "VQVAE"]
    return {name: make(name, *digits) for name in names}


@pytest.fixture(scope="module")
def shown(digits, trained):
    """One explorer of each kind."""
    several = {name: trained[name] for name in ("VAE 20", "PCA", "ConvVAE", "VQVAE")}
    return {
        "plane": explorers.latent_plane(trained["VAE 2"], *digits),
        "asinh plane": explorers.latent_plane(trained["VAE 2"], *digits, asinh=True, bits=8),
        "sliders": explorers.latent_sliders(trained["PCA"], digits[0]),
        "several models": explorers.latent_sliders(several, digits[0], pad=True),
        "labels": explorers.latent_sliders(trained["CVAE"], digits, pad=True, label=7),
        "tokens": explorers.latent_sliders(trained["VQVAE"], digits[0], pad=True),
        "completion": explorers.completion(completion_model(), digits[0]),
    }


def completion_model():
    return training.pretrained(models.CVAE(784, 784, 200, 200, 16), "11_cvae_completion")


@pytest.fixture
def page(browser, request):
    """A tab, with the options of its context as parameter; nothing is fetched or logged as an error."""
    context = browser.browser.new_context(**getattr(request, "param", {}))
    page, page.errors = context.new_page(), []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on("console", lambda line: line.type == "error" and page.errors.append(line.text))
    page.on("request", lambda it: it.url.startswith(("data:", "about:")) or page.errors.append(it.url))
    yield page
    context.close()
    assert page.errors == []


def mount(page, html):
    page.set_content(HEAD + html)
    page.locator("canvas").first.wait_for()


def told(page):
    """What a scene says below its drawing, once it is drawn."""
    said = page.get_by_role("status").last
    said.filter(has_text=re.compile(r"\d")).wait_for(state="attached")
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return said.text_content().replace("−", "-")


def pixels(page, label):
    """Pixel intensities of a canvas, 0 to 1."""
    shown = np.frombuffer(base64.b64decode(page.get_by_label(label, exact=True).evaluate(PIXELS)), np.uint8)
    return 1 - shown / 255


def draw(page, strokes, touch=False, on="pad: draw"):
    pad = page.get_by_label(on)
    pad.scroll_into_view_if_needed()
    box, cdp = pad.bounding_box(), page.context.new_cdp_session(page)
    for stroke in strokes:
        for i, (x, y) in enumerate(stroke):
            x, y = box["x"] + x * box["width"], box["y"] + y * box["height"]
            if touch:
                kind = "touchMove" if i else "touchStart"
                cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
            else:
                page.mouse.move(x, y, steps=3)
                page.mouse.down()
        if touch:
            cdp.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        page.mouse.up()


@torch.no_grad()
def test_networks(page, digits, trained):
    """The same arithmetic as in V8 alone, in the browser that shows it."""
    page.set_content(HEAD)
    page.add_script_tag(content="".join((FOLDER / file).read_text() for file in ("network.js", "page.js")))
    x, y = digits[0][:10], digits[1][:10]
    for name, model in trained.items():
        hot = [models.one_hot(y)] if name == "CVAE" else []
        one = explorers.latent_sliders(model, digits if hot else digits[0], pad=True)
        spec, weights = json.dumps(one.spec["models"][0]), base64.b64encode(one.weights).decode()
        made = page.evaluate("""([spec, weights, images, labels]) => {
            const bytes = Uint8Array.from(atob(weights), c => c.charCodeAt(0));
            const model = ready(JSON.parse(spec), 0, openWeights(bytes.buffer));
            const make = (x, label) => Array.from(model.decode(model.encode(x, 0, label).mean, label));
            return images.map((x, i) => make(x, labels[i]));
        }""", [spec, weights, x.tolist(), y.tolist()])  # fmt: skip
        z = model.posterior(x, *hot)[0] if hot else model.encode(x)
        off = abs(np.clip(made, 0, 1) - model.decode(z, *hot).clamp(0, 1).numpy())
        assert (off > 2 / 255).mean() <= (0.01 if name == "VQVAE" else 0), name


@torch.no_grad()
def test_the_image_on_screen_is_that_of_the_slider(page, shown, trained):
    one, model = shown["sliders"].spec["models"][0], trained["PCA"]
    mount(page, shown["sliders"].to_html())
    page.get_by_role("button", name="Reset").click()
    slider = page.get_by_label("latent dimension z2")
    slider.press("End")
    z = torch.tensor([one["start"]])
    z[0, 1] = float(slider.input_value())
    off = pixels(page, "decoded image") - model.decode(z)[0].clamp(0, 1).numpy()
    assert abs(off).max() <= 2 / 255


BUTTONS = "Encode a test image", "Resample", "New sample from the prior", "Reset", "Clear"
KINDS = "plane", "asinh plane", "sliders", "several models", "labels", "tokens"


@pytest.mark.parametrize("name", KINDS)
def test_every_control_changes_an_image(page, shown, name):
    mount(page, shown[name].to_html())
    if shown[name].spec["pad"]:
        draw(page, THREE)
    choices = page.get_by_role("group", name="sliders and decoded image of").get_by_role("radio")

    def changes(label, act, *args):
        before = pixels(page, label)
        act(*args)
        assert (pixels(page, label) != before).any(), f"{name}: {act} {args}"

    for i in range(max(1, choices.count())):
        if choices.count():
            choices.nth(i).check()
            pixels(page, "decoded image")  # until the sliders of this model are shown
        for slider in page.get_by_role("slider").all():
            if slider.is_visible():
                if "position" in slider.get_attribute("aria-label"):
                    slider.press("ArrowRight")  # moves the frame, not the image
                    continue
                slider.press("Home")
                changes("decoded image", slider.press, "End")
    for i in range(choices.count()):
        changes("decoded image", choices.nth(i).check)
    for c in "0123456789" if name == "labels" else "":
        both = ("label to generate", "decoded image"), ("label of the drawing", "reconstruction")
        for legend, what in both:
            radio = page.get_by_role("group", name=legend).get_by_role("radio", name=c)
            if not radio.is_checked():
                changes(what, radio.check)
    if choices.count():
        choices.nth(0).check()
    for button in BUTTONS:
        found = page.get_by_role("button", name=button)
        if found.count() and found.is_enabled():
            page.get_by_role("slider").last.press("Home")
            changes("decoded image", found.press, "Enter")


@torch.no_grad()
def test_the_label_to_generate_keeps_the_style(page, shown, trained):
    """Style transfer: the drawing is encoded under its own label, decoded under another."""
    mount(page, shown["labels"].to_html())
    draw(page, THREE)
    page.get_by_role("group", name="label of the drawing").get_by_role("radio", name="3").check()
    page.get_by_role("group", name="label to generate").get_by_role("radio", name="5").check()
    model, seen = trained["CVAE"], torch.tensor(pixels(page, "input of the encoder")).float()[None]
    three, five = models.one_hot(torch.tensor([3])), models.one_hot(torch.tensor([5]))
    mean, (old_mean, old) = model.posterior(seen, three)[0], model.prior(three)
    new_mean, new = model.prior(five)
    z = new_mean + (mean - old_mean) * (0.5 * (new - old)).exp()
    assert abs(pixels(page, "decoded image") - model.decode(z, five)[0].numpy()).max() < 0.02
    assert abs(pixels(page, "reconstruction") - model.decode(mean, three)[0].numpy()).max() < 0.02


def test_the_label_of_a_drawing_is_suggested(page, digits):
    """Apart from the label to generate; and all ten labels are decoded from the same latent vector."""
    model = training.pretrained(models.LabelCVAE(784, 10, 300, 300, 6), "11_cvae")
    mount(page, explorers.latent_sliders(model, digits, pad=True, label=7).to_html())
    for label, strokes in (3, THREE), (1, ONE):
        page.get_by_role("button", name="Clear").click()
        draw(page, strokes)
        pixels(page, "decoded image")
        for legend, c in ("label of the drawing", label), ("label to generate", 7):
            group = page.get_by_role("group", name=legend)
            assert group.get_by_role("radio", name=str(c)).is_checked(), legend
    assert (pixels(page, "decoded as 7") == pixels(page, "decoded image")).all()
    assert (pixels(page, "decoded as 0") != pixels(page, "decoded as 1")).any()


COMPLETIONS = [f"completion {i}" for i in range(1, 9)]


@torch.no_grad()
def test_completions_are_those_of_the_model(page, digits, shown):
    page.set_content(HEAD)
    page.add_script_tag(content="".join((FOLDER / file).read_text() for file in ("network.js", "page.js")))
    x, model, noise = digits[0][:4], completion_model(), torch.randn(4, 16)
    c = (torch.arange(784) < 392) * (2 * x - 1)
    one = shown["completion"]
    spec, weights = json.dumps(one.spec["models"][0]), base64.b64encode(one.weights).decode()
    made = page.evaluate("""([spec, weights, conditions, noise]) => {
        const bytes = Uint8Array.from(atob(weights), c => c.charCodeAt(0));
        const model = ready(JSON.parse(spec), 0, openWeights(bytes.buffer));
        return conditions.map((c, i) => Array.from(model.complete(c, noise[i])));
    }""", [spec, weights, c.tolist(), noise.tolist()])  # fmt: skip
    mean, log_var = model.prior(c)
    wanted = model.decode(mean + (0.5 * log_var).exp() * noise, c).numpy()
    assert abs(made - wanted).max() <= 2 / 255


@pytest.mark.parametrize("page, by", [({}, "mouse"), (PHONE, "touch"), ({}, "keys")], indirect=["page"])
def test_the_brush_masks_and_the_rest_stays(page, digits, shown, by):
    mount(page, shown["completion"].to_html())
    page.get_by_role("button", name="Mask nothing").click()
    image = pixels(page, "visible pixels")
    assert abs(image - digits[0][0].round().numpy()).max() < 0.01
    for label in COMPLETIONS:
        assert (pixels(page, label) == image).all(), "with nothing masked there is nothing to complete"
    if by == "keys":
        brush = page.get_by_label("brush: mask")
        for key in ["Space", *["ArrowDown"] * 5, "Space"]:
            brush.press(key)
    else:
        draw(page, [[(0.35, 0.5), (0.65, 0.5)]], by == "touch", on="brush: mask")
    masked = pixels(page, "visible pixels") < image
    made = np.stack([pixels(page, label) for label in COMPLETIONS])
    changed = (made != image).any(0)
    assert 5 < masked.sum() and (changed | ~masked).mean() > 0.95 and changed.sum() < 200


def test_everything_masked_and_new_samples(page, shown):
    """Without a visible pixel the completions are digits; each button and a drawing change them."""
    mount(page, shown["completion"].to_html())
    for name in ("left half", "right half", "top half", "bottom half", "centre", "everything"):
        page.get_by_role("button", name="Mask nothing").click()
        before = pixels(page, "completion 1")
        page.get_by_role("button", name=f"Mask {name}").click()
        assert (pixels(page, "completion 1") != before).any(), name
    assert not pixels(page, "visible pixels").any()
    made = np.stack([pixels(page, label) for label in COMPLETIONS])
    assert 0.03 < made.mean() < 0.3 and abs(made[:, None] - made).mean((2,)).max() > 0.05
    page.get_by_role("button", name="New samples").click()
    assert (pixels(page, "completion 1") != made[0]).any()
    page.get_by_role("button", name="Mask top half").click()
    for act in (lambda: page.get_by_role("button", name="Next test image").click(), lambda: draw(page, ONE)):
        before = pixels(page, "completion 1")
        act()
        assert (pixels(page, "completion 1") != before).any()


@pytest.mark.parametrize("page, by", [({}, "mouse"), (PHONE, "touch"), ({}, "keys")], indirect=["page"])
@torch.no_grad()
def test_a_new_digit_changes_every_model(page, shown, trained, by):
    mount(page, shown["several models"].to_html())
    labels = [f"reconstruction by {model['name']}" for model in shown["several models"].spec["models"]]
    for strokes in THREE, ONE:
        before = [pixels(page, label) for label in labels]
        if by == "keys":
            page.get_by_role("button", name="Encode a test image").press("Space")
        else:
            page.get_by_role("button", name="Clear").click()
            draw(page, strokes, by == "touch")
        seen = torch.tensor(pixels(page, "input of the encoder")).float()
        middle = (seen.view(28, 28).sum(0) * (torch.arange(28) + 0.5)).sum() / seen.sum()
        assert abs(middle - 14) < (2 if by == "keys" else 0.4)
        for label, old in zip(labels, before, strict=True):
            now, model = pixels(page, label), trained[label.removeprefix("reconstruction by ")]
            assert (now != old).any()
            wanted = model.decode(model.encode(seen[None]))[0].clamp(0, 1).numpy()
            assert (abs(now - wanted) > 0.02).mean() <= (0.05 if "VQ" in label else 0)  # a token may differ


@pytest.mark.parametrize("strokes", [[[(0.5, 0.5)]], [[(0.3, 0.3), (0.31, 0.3)]],
                                     [[(0.2, 0.8), (0.2, 0.79)], [(0.9, 0.1)]]])  # fmt: skip
def test_a_dot_or_a_hair_is_an_image_that_can_be_read(page, shown, strokes):
    mount(page, shown["several models"].to_html())
    draw(page, strokes)
    seen = pixels(page, "input of the encoder")
    assert 3 < seen.sum() < 60 and (seen > 0.3).sum() >= 4
    page.get_by_role("button", name="Clear").click()
    assert not pixels(page, "input of the encoder").any() and pixels(page, "decoded image").any()
    assert not pixels(page, "reconstruction by PCA").any()


@pytest.mark.parametrize("change", [0, 1e-4, 1e-8])
def test_latents_that_hardly_vary_can_be_moved_and_read(page, digits, change):
    mount(page, explorers.latent_sliders(flat(change), digits[0]).to_html())
    slider, shown = page.get_by_label("latent dimension z1"), set()
    for key in "Home", "ArrowRight", "ArrowRight", "ArrowRight", "End":
        slider.press(key)
        pixels(page, "decoded image")
        shown.add(page.get_by_role("status").first.text_content())
    assert len(shown) >= 4 and max(map(len, shown)) <= 9


def point(page):
    return [float(text) for text in page.get_by_role("status").all_text_contents()]


AXES = ("plane", float, float), ("asinh plane", np.arcsinh, np.sinh)


@pytest.mark.parametrize("name, bend, unbend", AXES)
@pytest.mark.parametrize("page, touch", [({}, False), (PHONE, True)], indirect=["page"])
def test_the_plane(page, shown, touch, name, bend, unbend):
    mount(page, shown[name].to_html())
    u, v = shown[name].spec["models"][0]["sliders"]
    plane = page.get_by_label("latent plane: drag")
    plane.scroll_into_view_if_needed()
    box = plane.bounding_box()
    assert box["width"] >= 320
    x, y = box["x"] + box["width"] / 4, box["y"] + box["height"] / 4
    before = pixels(page, "decoded image")
    if touch:
        page.touchscreen.tap(x, y)
    else:
        page.mouse.move(x + 40, y + 40)
        page.mouse.down()
        page.mouse.move(x, y)
    assert (pixels(page, "decoded image") != before).any()
    ends = [(bend(axis["low"]), bend(axis["high"])) for axis in (u, v)]
    wanted = [unbend(low + at * (high - low)) for (low, high), at in zip(ends, (0.25, 0.75), strict=True)]
    assert np.allclose(point(page), wanted, atol=0.06)
    if not touch:
        page.mouse.move(0, 5000)  # outside: at the edge
        pixels(page, "decoded image")
        assert np.allclose(point(page), [u["low"], v["low"]], atol=0.01)
        page.mouse.up()
    old = point(page)
    plane.press("Shift+ArrowUp")
    plane.press("ArrowRight")
    pixels(page, "decoded image")
    assert point(page)[0] > old[0] and point(page)[1] > old[1] + 0.3


@pytest.mark.parametrize("page", [{"color_scheme": "dark"}], indirect=True)
def test_a_dark_page(page, shown):
    mount(page, shown["several models"].to_html())
    text, paper = page.get_by_text("sliders and decoded image of").evaluate(
        "node => [node, node.getRootNode().querySelector('.paper')].map(n => getComputedStyle(n))"
        ".map((style, i) => i ? style.backgroundColor : style.color)")  # fmt: skip
    assert text == "rgb(255, 255, 255)" and paper == "rgb(255, 255, 255)"


@pytest.mark.parametrize("policy", ["", CSP])
def test_twice_in_a_sandboxed_frame(page, shown, policy):
    """As Colab and VS Code show an output: a frame with an origin of its own."""
    html = HEAD.replace("<body>", policy + "<body>") + 2 * shown["plane"].to_html()
    page.evaluate("""html => document.body.append(Object.assign(document.createElement("iframe"),
        {sandbox: "allow-scripts", width: 900, height: 700, srcdoc: html}))""", html)  # fmt: skip
    frame = page.frame_locator("iframe")
    frame.get_by_label("latent dimension z1").nth(1).press("End")
    page.wait_for_timeout(100)
    values = frame.get_by_role("status").all_text_contents()
    assert len(values) == 4 and values[0] != values[2] and frame.locator("img").count() == 0


@pytest.mark.parametrize("page", [{"java_script_enabled": False}], indirect=True)
def test_without_scripts_the_still_image_is_shown(page, shown):
    for one in shown.values():
        page.set_content(HEAD + one.to_html())
        assert page.get_by_role("img").bounding_box()["width"] > 300
        assert len(page.get_by_role("img").get_attribute("alt")) > 40


@pytest.mark.parametrize("page", [PHONE, {"viewport": {"width": 1200, "height": 900}}], indirect=True)
def test_no_horizontal_scrolling(page, shown):
    for name, one in shown.items():
        mount(page, one.to_html())
        wide, room = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide <= room, name


DRAW = """
const [m, t] = values;
const axes = plot([50, 30, width - 80, height - 90], [-2, 2], [0, 2], { x: "z", y: "density" });
axes.line(data.z, data.z.map((z) => z * z), colours.exact);
axes.dots([m], [t / 10], colours.posterior);
return `m ${m}, t ${t}, ${width} × ${height}`;"""


@pytest.mark.parametrize("page", [{}, PHONE, {"color_scheme": "dark"}], indirect=True)
def test_a_scene_follows_its_sliders_and_plays(page):
    """On a phone too the drawing is at least 480 wide, and nothing overflows."""
    sliders = [("mean m", -2, 2, 0.5, 0.1), ("step t", 0, 10, 0, 1)]
    one = scene(DRAW, sliders, {"z": [-1, 0, 1]}, Figure(), "A parabola.", (700, 280), "step t")
    mount(page, one.to_html())
    canvas = page.get_by_role("img", name="A parabola.")
    assert int(told(page).split()[4]) >= 480 and told(page).startswith("m 0.5, t 0")
    for slider in page.get_by_role("slider").all():
        before = canvas.screenshot()
        slider.press("ArrowRight")
        assert told(page) and canvas.screenshot() != before
    assert told(page).startswith("m 0.6, t 1")
    page.get_by_role("button", name="Play").press("Enter")
    page.get_by_role("button", name="Pause").wait_for()
    page.get_by_role("button", name="Play").wait_for()  # it stops at the end
    assert told(page).startswith("m 0.6, t 10")
    wide, room = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= room


@pytest.mark.parametrize(("number", "values", "wanted"), [
    (0, {"training step": 100, "start at m =": 1, "start at s =": 0.5}, [100, 1.864, 0.05]),
    (0, {"training step": 100, "start at m =": -3, "start at s =": 0.5}, [100, -2.108, 0.05]),
    (1, {"m": 3, "samples averaged": 1}, [6, 2, 6, 222**0.5]),
    (1, {"m": 3, "samples averaged": 9}, [6, 2 / 3, 6, 222**0.5 / 3]),
    (1, {"m": 2, "constant added to f": -7}, [4, 2, 4, 38**0.5]),
    (2, {"temperature τ": 0.1, "logit 1": 0}, [38, 38, 24, 38, 38, 23]),
    (2, {"temperature τ": 5, "logit 1": 0}, [38, 38, 24, 38, 38, 23]),
])  # fmt: skip
def test_the_scenes_of_09_show_what_python_computes(page, number, values, wanted):
    """In the saved notebook, without a kernel: training with the trick, two estimators, Gumbel-softmax."""
    cells = nbformat.read(ROOT / "notebooks" / "09_reparameterization.ipynb", 4).cells
    outputs = [o.data for cell in cells for o in cell.get("outputs", []) if "text/html" in o.get("data", {})]
    mount(page, outputs[number]["text/html"])
    for label, value in values.items():
        page.get_by_label(label, exact=True).fill(str(value))
    shown = [float(value) for value in re.findall(r"-?\d+(?:\.\d+)?", told(page))]
    assert shown == pytest.approx(wanted, rel=0.15, abs=0.1)


@pytest.mark.parametrize(("m", "s", "x"), [(1.5, 0.3, 1), (0, 1.65, 1.5), (3, 2, -0.2), (-1.7, 0.15, 3)])
def test_the_toy_of_08_shows_what_python_computes(page, m, s, x):
    """In the saved notebook, without a kernel: log p(x) = ELBO + KL, for a q that the sliders choose."""
    outputs = [o for cell in nbformat.read(ROOT / "notebooks" / "08_elbo.ipynb", 4).cells
               for o in cell.get("outputs", []) if "text/html" in o.get("data", {})]  # fmt: skip
    mount(page, outputs[1].data["text/html"])
    for label, value in ("mean m", m), ("standard deviation s", s), ("data point x", x):
        page.get_by_label(label, exact=True).fill(str(value))
    z = torch.linspace(-30, 30, 12001, dtype=torch.float64)
    q = torch.distributions.Normal(torch.tensor(m).double(), s)
    joint = torch.distributions.Normal(0, 1).log_prob(z)
    joint += torch.distributions.Normal(z**2 / 2, 0.3).log_prob(torch.tensor(x).double())
    log_p = joint.logsumexp(0) + math.log(0.005)
    elbo = (q.log_prob(z).exp() * (joint - q.log_prob(z))).sum() * 0.005
    shown = [float(number) for number in re.findall(r"-?\d+\.\d+", told(page))]
    assert shown == pytest.approx([log_p.item(), elbo.item(), (log_p - elbo).item()], abs=2e-3)


def test_what_it_says_where_it_cannot_start(page, shown):
    html = shown["sliders"].to_html()
    data = re.search(r'"([A-Za-z0-9+/=]{1000,})", build\);', html)[1]
    damaged = html.replace(data, data[:800] + "AAAA" + data[804:])
    for broken in damaged, html.replace('"kind": "dense"', '"kind": "attention"'):
        page.set_content(HEAD + broken)
        page.get_by_text("This explorer cannot start.").wait_for()
        assert page.locator("img").bounding_box()["width"] > 300
    assert page.get_by_text('This page knows no layer "attention".').count()
    assert len(page.errors) == 2
    page.errors.clear()


CELL = """import sys; sys.path.insert(0, "..")
from helpers import data, explorers, models
model = models.VAE(784, 400, 20)
model.fitted = True
explorers.latent_sliders(model, data.mnist("test")[0], pad=True)"""
PROBE = """() => {
    window.times = [];
    let pressed;
    addEventListener("keydown", (event) => { pressed = event.timeStamp; }, true);
    addEventListener("input", () => requestAnimationFrame(() => {
        const {port1, port2} = new MessageChannel();
        port1.onmessage = () => times.push(performance.now() - pressed);
        port2.postMessage(0);
    }), true);
}"""


def test_key_to_painted_frame_in_jupyterlab(browser, lab, record_property):
    """From the key press to the frame that shows the new image; and the letters stay in the explorer."""
    page = browser.new_page()
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)], metadata=kernel)
    content = {"type": "notebook", "content": notebook}
    page.request.put(lab("api/contents/notebooks/explorer.ipynb"), data=content)
    page.goto(lab("lab/workspaces/explorer/tree/notebooks/explorer.ipynb"))
    ready = "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
    page.wait_for_function(ready, timeout=60_000, polling=200)
    page.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")
    slider = page.get_by_label("latent dimension z").first
    slider.wait_for(timeout=60_000)
    page.evaluate(PROBE)
    slider.focus()
    for _ in range(2):
        page.evaluate("times = []")
        for i in range(60):
            page.keyboard.press("ArrowLeft" if i % 20 < 10 else "ArrowRight")
            page.wait_for_timeout(40)
        times = page.evaluate("times")
        median, slow = statistics.median(times), statistics.quantiles(times, n=20)[-1]
        if median <= 16:
            break  # else once more: the machine may have been busy with something else
    cells = page.locator(".jp-Cell").count()
    for letter in "abdd":
        page.keyboard.press(letter)
    assert page.locator(".jp-Cell").count() == cells == 1 and len(times) == 60
    for kernel in page.request.get(lab("api/kernels")).json():
        page.request.delete(lab(f"api/kernels/{kernel['id']}"))
    page.close()
    line = f"explorer: key to painted frame in JupyterLab median {median:.0f} ms, 95% {slow:.0f} ms"
    record_property("sliders", line)
    assert median <= 16, line
