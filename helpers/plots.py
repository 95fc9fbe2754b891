"""Plots: every function draws into an axes and returns it. Importing this sets the series' style."""

import base64
import io

import numpy as np
import torch

from helpers.diagrams import autoencoder_diagram, box_diagram, method_map, vae_diagram  # noqa: F401
from helpers.style import CLASSES, COLOUR


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

    rows, columns: a name for each, at the left and above; columns may be their number. Returns the axes.
    """
    heads, columns = ([], columns) if isinstance(columns, int) else (columns, len(columns))
    grid = image_grid(x, columns)
    if ax is None:
        inches = min(1 / 34, 10 / grid.shape[1])  # per pixel: large, but not wider than a page
        ax = _axes(grid.shape[1] * inches, grid.shape[0] * inches + 0.3)
    vmax = np.abs(np.nan_to_num(grid, posinf=0, neginf=0)).max() if signed else 1
    ax.imshow(grid, cmap="RdBu_r" if signed else "gray_r", vmin=-vmax if signed else 0, vmax=vmax)
    ax.spines[:].set(visible=True, color="#e8eaed")
    ax.set(xticks=[], yticks=[], title=title, facecolor="#e8eaed")
    for axis, names, pixels in ((ax.yaxis, rows, grid.shape[0]), (ax.xaxis, heads, grid.shape[1])):
        if names:
            axis.set_ticks([(pixels + 2) / len(names) * (i + 0.5) - 1.5 for i in range(len(names))], names)
    ax.tick_params(left=not rows, bottom=not heads, labelbottom=not heads, labeltop=bool(heads))
    return ax


def limits(z, outside):
    """Per column of codes z (n, q) the quantiles `outside` and 1 − `outside`: two tensors (q,) on the CPU.

    If a column does not vary they are 1 below and above it. Raises ValueError for no codes, NaN or infinity.
    """
    z = z.detach().cpu()
    if not len(z) or not z.isfinite().all():
        raise ValueError("These codes cannot be shown: there are none, or some are NaN or infinite.")
    low, high = z.quantile(outside, 0), z.quantile(1 - outside, 0)
    margin = (high - low <= 1e-6 * high.abs()).float()
    return low - margin, high + margin


def latent_traversals(model, z, low, high, ax=None, steps=9, shown=None):
    """One row per latent dimension: it runs from low to high, the others keep their value in z.

    z: (q,). low, high: numbers, or (q,) each. shown: the dimensions to vary, default all. In each row the
    value nearest to z's own is framed. Returns the axes.
    """
    shown = [int(j) for j in (range(len(z)) if shown is None else shown)]
    values = torch.as_tensor(low) + (torch.as_tensor(high) - low) * torch.linspace(0, 1, steps)[:, None]
    z_path = z.repeat(len(shown), steps, 1)
    for row, j in enumerate(shown):
        z_path[row, :, j] = values.expand(steps, len(z))[:, j]
    with torch.no_grad():
        x = model.decode(z_path.flatten(0, 1))
    ax = show_images(x, ax, columns=steps, rows=[f"$z_{{{j + 1}}}$" for j in shown])
    side = round(x.shape[1] ** 0.5)
    square = np.array([[0, 1, 1, 0, 0], [0, 0, 1, 1, 0]])
    for row, column in enumerate((values - z).abs().argmin(0)[shown].tolist()):
        ax.plot(*((side + 2) * (square + [[column], [row]]) - 1.5), color=COLOUR["posterior"], lw=2)
    if values.shape[1] == 1:  # one range for all
        ax.set_xticks(torch.arange(steps) * (side + 2) + side // 2, [f"{v:.2g}" for v in values[:, 0]])
    return ax


def typical_codes(z, y):
    """A code of each class to put its label on: central among those with most neighbours of the class.

    z: (n, 2), y: (n,) int64. Returns the classes in order, (c,), and the codes, (c, 2).
    """
    classes, some, codes = y.unique(), slice(None, None, 1 + len(z) // 4000), []
    neighbours = y[some][torch.cdist(z, z[some]).topk(min(30, len(z[some])), largest=False).indices]
    fraction = (neighbours == y[:, None]).float().mean(1)
    for c in classes:
        best = z[(y == c) & (fraction == fraction[y == c].max())]
        codes.append(best[torch.cdist(best, best).mean(1).argmin()])
    return classes, torch.stack(codes)


def scatter_latents(z, y, ax=None, title=None, size=3):
    """Scatter plot of codes z (n, 2), coloured by digit y (n,), each digit labelled where it is typical."""
    low, high = limits(z, 0.01)
    z, y, ax = z.detach().cpu(), torch.as_tensor(y).cpu().long(), ax or _axes(5, 5)
    ax.scatter(*z.T, c=[CLASSES[c % 10] for c in y.tolist()], s=size, alpha=0.5, linewidths=0)
    (classes, places), span = typical_codes(z, y), high - low
    names, order = places / span, torch.arange(len(classes))
    apart = torch.sign(order[:, None] - order)[..., None]  # for places that are equal
    for _ in range(60):  # labels that would overlap move apart
        offsets = names[:, None] - names
        near = (offsets.norm(dim=2) < 0.08).float().fill_diagonal_(0)
        direction = torch.where(offsets == 0, apart, offsets.sign())
        names = names + 0.1 * (near[..., None] * (offsets + 1e-3 * direction)).sum(1)
    for c, place, middle in zip(classes.tolist(), places, names * span, strict=True):
        colour = CLASSES[c % 10]
        ax.plot(*torch.stack([place, middle]).T, color=colour, lw=1.5)
        ax.text(*middle, str(c), weight="bold", ha="center", va="center", fontsize=10, clip_on=True,
                bbox={"boxstyle": "circle,pad=.15", "fc": "white", "ec": colour, "lw": 2})  # fmt: skip
    ax.set(xlabel="$z_1$", ylabel="$z_2$", title=title)
    return ax


def animation(frames, caption, milliseconds=200, scale=1):
    """A looping animation that plays wherever HTML is shown, without a kernel or scripts.

    frames: arrays (h, w) or (h, w, 3) of one size, uint8, or float image grids (0 white, 1 black, NaN grey).
    caption: one sentence, shown below and read aloud. milliseconds: per frame; the last one stays six times
    as long. scale: CSS pixels per pixel. Returns an object to display: an <img> that holds a WebP.
    """
    from html import escape

    from IPython.display import HTML
    from PIL import Image

    images = []
    for frame in frames:
        if frame.dtype != np.uint8:
            frame = (255 * (1 - np.nan_to_num(frame, nan=0.09).clip(0, 1))).round().astype(np.uint8)
        images.append(Image.fromarray(frame))
    durations, buffer = [milliseconds] * (len(images) - 1) + [6 * milliseconds], io.BytesIO()
    images[0].save(buffer, "webp", save_all=True, append_images=images[1:], duration=durations, loop=0,
                   quality=80)  # fmt: skip
    source = "data:image/webp;base64," + base64.b64encode(buffer.getvalue()).decode()
    style = f"width: {scale * images[0].width}px; max-width: 100%; background: white"
    text = escape(caption)
    return HTML(f'<img alt="{text}" src="{source}" style="{style}"><br><em>{text}</em>')


def fast_redraw(fig, *moving):
    """Prepare a finished figure for a slider: a function that redraws only the artists that change.

    fig: a matplotlib Figure that pyplot does not hold; moving: the artists that change.
    Returns render_frame(caption) -> (height + 26, width, 3) uint8: the caption, one line of plain text, above
    the figure with `moving` as they are now. The rest is drawn once: a frame takes a few milliseconds.
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
