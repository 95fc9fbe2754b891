"""Plots: every function draws into an axes and returns it. Importing this sets the series' style."""

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


def image_grid(x, columns=10, gap=2):
    """Square images side by side as one array.

    x: (n, s·s) or (n, s, s). Returns (rows·(s+gap)−gap, columns·(s+gap)−gap) float, NaN in the gaps.
    """
    x = x.detach().cpu().reshape(len(x), -1)
    side, columns = round(x.shape[1] ** 0.5), min(columns, len(x))
    rows = -(-len(x) // columns)
    grid = np.full((rows, side + gap, columns, side + gap), np.nan, np.float32)
    for i, image in enumerate(x.view(-1, side, side).numpy()):
        grid[i // columns, :side, i % columns, :side] = image
    return grid.reshape(rows * (side + gap), -1)[:-gap, :-gap]


def _axes(width, height):
    """The axes of a new figure, in inches. (pyplot takes half a second to import: only when needed.)"""
    from matplotlib import pyplot

    return pyplot.figure(figsize=(width, height)).subplots()


def show_images(x, ax=None, columns=10, signed=False, title=None, rows=None):
    """Images (n, s·s) in a grid, dark on white; signed ones from blue (−) over white to red (+).

    rows: one name per row of the grid, written at its left. Returns the axes.
    """
    grid = image_grid(x, columns)
    if ax is None:
        ax = _axes(grid.shape[1] / 34, grid.shape[0] / 34 + 0.3)
    vmax = np.nanmax(np.abs(grid)) if signed else 1
    ax.imshow(grid, cmap="RdBu_r" if signed else "gray_r", vmin=-vmax if signed else 0, vmax=vmax)
    ax.spines[:].set(visible=True, color="#e8eaed")
    ax.set(xticks=[], yticks=[], title=title, facecolor="#e8eaed")
    if rows:
        height = (grid.shape[0] + 2) / len(rows)
        ax.set_yticks([height * (i + 0.5) - 1.5 for i in range(len(rows))], rows)
        ax.tick_params(left=False)
    return ax


def latent_traversals(model, z, low, high, ax=None, steps=9):
    """One row per latent dimension: it runs from low to high, the others keep their value in z.

    z, low, high: (q,). Returns the axes; model.decode: (n, q) -> (n, s·s).
    """
    z_path = z.repeat(len(z), steps, 1)
    for j in range(len(z)):
        z_path[j, :, j] = torch.linspace(float(low[j]), float(high[j]), steps)
    with torch.no_grad():
        x = model.decode(z_path.flatten(0, 1))
    names = [f"$z_{{{j + 1}}}$" for j in range(len(z))]
    return show_images(x, ax, columns=steps, title="lowest … highest", rows=names)


def scatter_latents(z, y, ax=None, title=None, size=3):
    """Scatter plot of codes z (n, 2), coloured by digit y (n,), each digit labelled near its median."""
    ax = ax or _axes(5, 5)
    z, y = z.detach().cpu(), y.cpu()
    ax.scatter(*z.T, c=[CLASSES[int(c)] for c in y], s=size, alpha=0.5, linewidths=0)
    classes, span = y.unique(), z.quantile(0.99, 0) - z.quantile(0.01, 0)
    names = torch.stack([z[y == c].median(0).values for c in classes]) / span
    for _ in range(60):  # labels that would overlap move apart
        offsets = names[:, None] - names
        near = (offsets.norm(dim=2) < 0.08).float().fill_diagonal_(0)
        names = names + 0.1 * (near[..., None] * (offsets + 1e-3 * torch.sign(offsets))).sum(1)
    for c, middle in zip(classes.tolist(), names * span, strict=True):
        ax.text(*middle, str(c), weight="bold", ha="center", va="center", fontsize=10,
                bbox={"boxstyle": "circle,pad=.15", "fc": "white", "ec": CLASSES[c], "lw": 2})  # fmt: skip
    ax.set(xlabel="$z_1$", ylabel="$z_2$", title=title)
    return ax


def box_diagram(ax, nodes, edges):
    """A diagram: nodes {key: (x, y, text, colour)}, edges [(from, to)] or [(from, to, text)].

    The colour is that of the box's edge; the unit of x and y is an inch at the axes' full size.
    """
    artists = {}
    for key, (x, y, text, colour) in nodes.items():
        box = {"boxstyle": "round,pad=.4", "fc": "white", "ec": colour, "lw": 2}
        artists[key] = ax.text(x, y, text, ha="center", va="center", fontsize=11, zorder=3, bbox=box)
    for start, end, *text in edges:
        (xa, ya), (xb, yb) = nodes[start][:2], nodes[end][:2]
        arrow = {"arrowstyle": "-|>", "color": "#9ca3af", "lw": 1.6, "shrinkA": 2, "shrinkB": 2,
                 "patchA": artists[start].get_bbox_patch(),
                 "patchB": artists[end].get_bbox_patch()}  # fmt: skip
        ax.annotate("", (xb, yb), (xa, ya), zorder=1, arrowprops=arrow)
        if text:
            ax.text((xa + xb) / 2, (ya + yb) / 2, text[0], ha="center", va="center", fontsize=10, zorder=2,
                    bbox={"fc": "white", "ec": "none", "pad": 1})  # fmt: skip
    xs, ys = zip(*[node[:2] for node in nodes.values()], strict=True)
    ax.set(xlim=(min(xs) - 0.8, max(xs) + 0.8), ylim=(min(ys) - 0.5, max(ys) + 0.5))
    ax.axis("off")
    return ax


def autoencoder_diagram(ax, d, k, encoder="encoder $g_\\phi$", decoder="decoder $f_\\theta$"):
    """Diagram of an autoencoder: d-dimensional data, k-dimensional code, reconstruction. Returns the axes."""
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


def method_map(ax):
    """The methods of the series: which one came from which, by what new idea. Numbers are notebooks."""
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
    edges = [("pca", "kernel", "kernel"), ("pca", "linear", "training"),
             ("linear", "ae", "nonlinearity"), ("ae", "sparse", "penalty"), ("ae", "dae", "corruption"),
             ("dae", "bert", "tokens"), ("ae", "vae", "latent variables"), ("vae", "gan", "discriminator"),
             ("vae", "cvae", "labels"), ("vae", "beta", "larger β"), ("vae", "vq", "codebook"),
             ("vae", "td", "time")]  # fmt: skip
    return box_diagram(ax, nodes, edges)


def fast_redraw(fig, *moving):
    """Prepare a finished figure for a slider: a function that redraws only the artists that change.

    fig: a matplotlib Figure that pyplot does not hold; moving: the artists that change.
    Returns render_frame(caption) -> (height + 26, width, 3) uint8: the caption, one line of plain text, above
    the figure with `moving` as they are now. The rest is drawn once, and Pillow writes the caption ten
    times faster than matplotlib would, so a frame takes a few milliseconds.
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

    def render_frame(caption):
        canvas.restore_region(background)
        for artist in moving:
            if isinstance(artist, AxesImage):  # maps its values to colours, not each pixel of the figure
                artist.set_data(artist.to_rgba(artist.get_array(), bytes=True))
            fig.draw_artist(artist)
        frame = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
        captioned = Image.new("RGB", (frame.width, frame.height + 26), "white")
        captioned.paste(frame, (0, 26))
        ImageDraw.Draw(captioned).text((12, 5), caption, "black", font)
        return np.array(captioned)

    return render_frame


def latent_plane_renderer(model, z, y):
    """The decoded image of a point of a 2-d latent space: a function (z1, z2) -> uint8 frame, for sliders.

    model.decode: (1, 2) -> (1, s·s), pixel intensities; z: (n, 2) codes, y: (n,) their digits.
    Raises ValueError for codes of another dimension.
    """
    from matplotlib.figure import Figure

    if z.ndim != 2 or z.shape[1] != 2:
        raise ValueError(f"A latent plane needs codes (n, 2); got {tuple(z.shape)}.")
    fig = Figure(figsize=(7.4, 3.7), dpi=80)
    left, right = fig.subplots(1, 2, width_ratios=[1.5, 1])
    low, high = z.quantile(0.02, 0).tolist(), z.quantile(0.98, 0).tolist()
    scatter_latents(z, y, left, size=4).set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    vertical, horizontal = left.axvline(0, color="black", lw=1), left.axhline(0, color="black", lw=1)
    right.axis("off")
    side = round(model.decode(z[:1]).shape[1] ** 0.5)
    image = right.imshow(np.zeros((side, side)), vmin=0, vmax=1)
    render_frame = fast_redraw(fig, vertical, horizontal, image)

    def render(z1, z2):
        vertical.set_xdata([z1, z1])
        horizontal.set_ydata([z2, z2])
        with torch.no_grad():
            image.set_data(image_grid(model.decode(torch.tensor([[z1, z2]], device=z.device))))
        return render_frame(f"the decoder at ({z1:.2f}, {z2:.2f})")

    return render
