"""Drawing: every function draws into an axes and returns it. Importing this sets the series' look."""

from pathlib import Path

import matplotlib.style
import numpy as np
import torch

matplotlib.style.use(Path(__file__).with_name("series.mplstyle"))

# One colour, one meaning, in every notebook (after Okabe & Ito 2008, safe for colour-blind eyes).
COLOUR = {
    "data": "#6b7280",
    "reconstruction": "#d55e00",
    "prior": "#009e73",
    "posterior": "#0072b2",
    "noise": "#cc79a7",
    "exact": "#000000",
}
# The ten digits, always these ten colours (Petroff 2021).
CLASSES = ["#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6", "#a96b59", "#e76300", "#b9ac70",
           "#717581", "#92dadd"]  # fmt: skip


def tile(x, columns=10, gap=2):
    """Square images side by side as one array.

    x: (n, s·s) or (n, s, s). Returns (rows·(s+gap)−gap, columns·(s+gap)−gap) float, NaN in the gaps.
    """
    x = x.detach().cpu().reshape(len(x), -1)
    side, columns = round(x.shape[1] ** 0.5), min(columns, len(x))
    rows = -(-len(x) // columns)
    sheet = np.full((rows, side + gap, columns, side + gap), np.nan, np.float32)
    for i, image in enumerate(x.view(-1, side, side).numpy()):
        sheet[i // columns, :side, i % columns, :side] = image
    return sheet.reshape(rows * (side + gap), -1)[:-gap, :-gap]


def _axes(width, height):
    """The axes of a new figure, in inches. (pyplot takes half a second to import: only when needed.)"""
    from matplotlib import pyplot

    return pyplot.figure(figsize=(width, height)).subplots()


def images(x, ax=None, columns=10, signed=False, title=None, rows=None):
    """Images (n, s·s) as a sheet, ink on paper; signed ones from blue (−) over white to red (+).

    rows: one name per row of the sheet, written at its left. Returns the axes.
    """
    sheet = tile(x, columns)
    if ax is None:
        ax = _axes(sheet.shape[1] / 34, sheet.shape[0] / 34 + 0.3)
    top = np.nanmax(np.abs(sheet)) if signed else 1
    ax.imshow(sheet, cmap="RdBu_r" if signed else "gray_r", vmin=-top if signed else 0, vmax=top)
    ax.spines[:].set(visible=True, color="#e8eaed")
    ax.set(xticks=[], yticks=[], title=title, facecolor="#e8eaed")
    if rows:
        height = (sheet.shape[0] + 2) / len(rows)
        ax.set_yticks([height * (i + 0.5) - 1.5 for i in range(len(rows))], rows)
        ax.tick_params(left=False)
    return ax


def traversals(model, z, low, high, ax=None, steps=9):
    """One row per code: that code runs from low to high, the others stay at z.

    z, low, high: (q,). Returns the axes; model.decode: (n, q) -> (n, s·s).
    """
    walk = z.repeat(len(z), steps, 1)
    for j in range(len(z)):
        walk[j, :, j] = torch.linspace(float(low[j]), float(high[j]), steps)
    with torch.no_grad():
        x = model.decode(walk.flatten(0, 1))
    names = [f"$z_{{{j + 1}}}$" for j in range(len(z))]
    return images(x, ax, columns=steps, title="lowest … highest", rows=names)


def codes(z, y, ax=None, title=None, size=3):
    """A map of codes z (n, 2), coloured by digit y (n,), with each digit's name near its median."""
    ax = ax or _axes(5, 5)
    z, y = z.detach().cpu(), y.cpu()
    ax.scatter(*z.T, c=[CLASSES[int(c)] for c in y], s=size, alpha=0.5, linewidths=0)
    classes, span = y.unique(), z.quantile(0.99, 0) - z.quantile(0.01, 0)
    names = torch.stack([z[y == c].median(0).values for c in classes]) / span
    for _ in range(60):  # names that would hide each other move apart
        apart = names[:, None] - names
        near = (apart.norm(dim=2) < 0.08).float().fill_diagonal_(0)
        names = names + 0.1 * (near[..., None] * (apart + 1e-3 * torch.sign(apart))).sum(1)
    for c, middle in zip(classes.tolist(), names * span, strict=True):
        ax.text(*middle, str(c), weight="bold", ha="center", va="center", fontsize=10,
                bbox={"boxstyle": "circle,pad=.15", "fc": "white", "ec": CLASSES[c], "lw": 2})  # fmt: skip
    ax.set(xlabel="$z_1$", ylabel="$z_2$", title=title)
    return ax


def boxes(ax, nodes, edges):
    """A diagram: nodes {key: (x, y, text, colour)}, edges [(from, to)] or [(from, to, text)].

    The colour is that of the box's rim; the unit of x and y is an inch at the axes' full size.
    """
    drawn = {}
    for key, (x, y, text, colour) in nodes.items():
        rim = {"boxstyle": "round,pad=.4", "fc": "white", "ec": colour, "lw": 2}
        drawn[key] = ax.text(x, y, text, ha="center", va="center", fontsize=11, zorder=3, bbox=rim)
    for start, end, *text in edges:
        (xa, ya), (xb, yb) = nodes[start][:2], nodes[end][:2]
        arrow = {"arrowstyle": "-|>", "color": "#9ca3af", "lw": 1.6, "shrinkA": 2, "shrinkB": 2,
                 "patchA": drawn[start].get_bbox_patch(), "patchB": drawn[end].get_bbox_patch()}  # fmt: skip
        ax.annotate("", (xb, yb), (xa, ya), zorder=1, arrowprops=arrow)
        if text:
            ax.text((xa + xb) / 2, (ya + yb) / 2, text[0], ha="center", va="center", fontsize=10, zorder=2,
                    bbox={"fc": "white", "ec": "none", "pad": 1})  # fmt: skip
    xs, ys = zip(*[node[:2] for node in nodes.values()], strict=True)
    ax.set(xlim=(min(xs) - 0.8, max(xs) + 0.8), ylim=(min(ys) - 0.5, max(ys) + 0.5))
    ax.axis("off")
    return ax


def bottleneck(ax, d, k, encoder="encoder $g_\\phi$", decoder="decoder $f_\\theta$"):
    """An autoencoder as a diagram: data of d numbers, a code of k, the reconstruction. Returns the axes."""
    bars = [(0, 1, "data", f"$\\mathbf{{x}}$: {d} numbers"), (3, 0.25, "posterior", f"$\\mathbf{{z}}$: {k}"),
            (6, 1, "reconstruction", f"$\\mathbf{{x}}'$: {d} numbers")]  # fmt: skip
    for (xa, ya, *_), (xb, yb, *_), name in [(*bars[:2], encoder), (*bars[1:], decoder)]:
        ax.fill([xa, xb, xb, xa], [ya, yb, -yb, -ya], color="#eef0f2")
        ax.text((xa + xb) / 2, 0, name, ha="center", va="center")
    for x, half, meaning, name in bars:
        ax.plot([x, x], [-half, half], lw=9, solid_capstyle="butt", color=COLOUR[meaning])
        ax.text(x, half + 0.12, name, ha="center", va="bottom")
    ax.set(xlim=(-1, 7), ylim=(-1.05, 1.4))
    ax.axis("off")
    return ax


def family(ax):
    """The map of the series: which method came from which, by what new idea. Numbers are notebooks."""
    baseline, autoencoder, generator = COLOUR["data"], COLOUR["reconstruction"], COLOUR["prior"]
    nodes = {
        "pca": (0, 6, "01  PCA 1901\nLDA 1936 · NMF 1999", baseline),
        "kernel": (0, 4, "02  kernel PCA 1998\nt-SNE 2008 · UMAP 2018", baseline),
        "linear": (3.4, 6, "03  linear\nautoencoder 1988", autoencoder),
        "ae": (3.4, 4, "04  autoencoder\n1986 · deep 2006", autoencoder),
        "sparse": (1.5, 2, "05  sparse 2011\ncontractive 2011", autoencoder),
        "dae": (3.4, 2, "06  denoising\n2008", autoencoder),
        "bert": (3.4, 0, "07  BERT 2018\nXLNet 2019", autoencoder),
        "vae": (7.9, 4, "08–10  ELBO\nVAE 2013", generator),
        "gan": (7.9, 6, "15  GAN 2014\nAAE 2015", generator),
        "cvae": (5.5, 2, "11  CVAE\n2015", generator),
        "beta": (7.1, 2, "12  β-VAE\n2017", generator),
        "vq": (8.8, 2, "13  VQ-VAE\n2017", generator),
        "td": (10.5, 2, "14  TD-VAE\n2018", generator),
    }
    steps = [("pca", "kernel", "bend it by a kernel"), ("pca", "linear", "learn by steps"),
             ("linear", "ae", "bend it by a network"), ("ae", "sparse", "penalty"), ("ae", "dae", "damage"),
             ("dae", "bert", "words"), ("ae", "vae", "random codes"), ("vae", "gan", "a critic instead"),
             ("vae", "cvae", "labels"), ("vae", "beta", "pressure"), ("vae", "vq", "codebook"),
             ("vae", "td", "time")]  # fmt: skip
    return boxes(ax, nodes, steps)


def live(fig, *moving):
    """Prepare a finished figure for a slider: a function that redraws only what moves.

    fig: a matplotlib Figure that pyplot does not hold; moving: the artists that change.
    Returns picture(caption) -> (height + 26, width, 3) uint8: the caption, one line of plain text, above
    the figure with `moving` as they are now. The rest is drawn once, and Pillow writes the caption ten
    times faster than matplotlib would, so a picture costs a few milliseconds.
    """
    from matplotlib import font_manager
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.image import AxesImage
    from PIL import Image, ImageDraw, ImageFont

    canvas = FigureCanvasAgg(fig)
    for artist in moving:
        artist.set_animated(True)
    canvas.draw()
    background = canvas.copy_from_bbox(fig.bbox)
    font = ImageFont.truetype(font_manager.findfont("DejaVu Sans"), 14, layout_engine=ImageFont.Layout.BASIC)

    def picture(caption):
        canvas.restore_region(background)
        for artist in moving:
            if isinstance(artist, AxesImage):  # colours for its few values, not for each pixel of the screen
                artist.set_data(artist.to_rgba(artist.get_array(), bytes=True))
            fig.draw_artist(artist)
        drawn = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
        sheet = Image.new("RGB", (drawn.width, drawn.height + 26), "white")
        sheet.paste(drawn, (0, 26))
        ImageDraw.Draw(sheet).text((12, 5), caption, "black", font)
        return np.array(sheet)

    return picture


def plane(model, z, y):
    """The picture of one point of a plane of codes: a function (z1, z2) -> uint8, for sliders and strips.

    model.decode: (1, 2) -> (1, s·s), ink 0 to 1; z: (n, 2) codes, y: (n,) their digits, drawn as a map.
    Raises ValueError for codes of another width.
    """
    from matplotlib.figure import Figure

    if z.ndim != 2 or z.shape[1] != 2:
        raise ValueError(f"A plane wants codes (n, 2); got {tuple(z.shape)}.")
    fig = Figure(figsize=(7.4, 3.7), dpi=80)
    left, right = fig.subplots(1, 2, width_ratios=[1.5, 1])
    low, high = z.quantile(0.02, 0).tolist(), z.quantile(0.98, 0).tolist()
    codes(z, y, left, size=4).set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    across, up = left.axvline(0, color="black", lw=1), left.axhline(0, color="black", lw=1)
    right.axis("off")
    side = round(model.decode(z[:1]).shape[1] ** 0.5)
    image = right.imshow(np.zeros((side, side)), vmin=0, vmax=1)
    picture = live(fig, across, up, image)

    def render(z1, z2):
        across.set_xdata([z1, z1])
        up.set_ydata([z2, z2])
        with torch.no_grad():
            image.set_data(tile(model.decode(torch.tensor([[z1, z2]], device=z.device))))
        return picture(f"the decoder at ({z1:.2f}, {z2:.2f})")

    return render
