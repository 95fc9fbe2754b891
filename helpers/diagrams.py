"""Diagrams of models and methods: every function draws into an axes and returns it."""

import torch

from helpers.style import COLOUR


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
        patches = {"patchA": artists[start].get_bbox_patch(), "patchB": artists[end].get_bbox_patch()}
        arrow = {"arrowstyle": "-|>", "color": "#9ca3af", "lw": 1.6} | patches
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
    """The methods of the series: which one came from which, by what new idea. Numbers are notebooks.

    The boxes of the short path are filled; 17 is not written yet.
    """
    baseline, autoencoder, generator = COLOUR["data"], COLOUR["reconstruction"], COLOUR["prior"]
    nodes = {
        "pca": (0, 6, "01  PCA 1901\nLDA 1936 · NMF 1999", baseline),
        "kernel": (0, 4, "02  kernel PCA 1998\nt-SNE 2008 · UMAP 2018", baseline),
        "linear": (3.4, 6, "03  linear\nautoencoder 1988", autoencoder),
        "ae": (3.4, 4, "04  autoencoder\n1986 · deep 2006", autoencoder),
        "sparse": (1.5, 2, "05  sparse 2006\ncontractive 2011", autoencoder),
        "dae": (3.4, 2, "06  denoising\n2008", autoencoder),
        "bert": (3.4, 0, "07  BERT 2018\nXLNet 2019", autoencoder),
        "vae": (7.9, 4, "08–10  ELBO\nVAE 2013", generator),
        "gan": (7.9, 6, "15  GAN\n2014", generator),
        "cvae": (5.5, 2, "11  CVAE\n2015", generator),
        "beta": (7.1, 2, "12  β-VAE\n2017", generator),
        "vq": (8.8, 2, "13  VQ-VAE\n2017", generator),
        "td": (10.5, 2, "14  TD-VAE\n2018", generator),
        "ldm": (8.8, 0, "17  latent\ndiffusion 2022", generator),
    }
    edges = [("pca", "kernel", "curved data"), ("pca", "linear", "gradient\ndescent"),
             ("linear", "ae", "nonlinearity"), ("ae", "sparse", "penalty"), ("ae", "dae", "corruption"),
             ("dae", "bert", "tokens"), ("ae", "vae", "probability"), ("vae", "cvae", "labels"),
             ("vae", "gan", "likelihood → discriminator"), ("vae", "beta", "larger β"),
             ("vae", "vq", "codebook"), ("vae", "td", "time"), ("vq", "ldm", "diffusion")]  # fmt: skip
    box_diagram(ax, nodes, edges)
    for text in ax.texts:
        if text.get_text()[:2] in ("04", "08", "11", "13"):  # "08" is the box of 08 to 10
            text.get_bbox_patch().set(facecolor="#fff3bf")
        elif text.get_text()[:2] == "17":
            text.get_bbox_patch().set(linestyle="--")
    for x, colour, name in ((0, baseline, "no network"), (3.4, autoencoder, "autoencoders"),
                            (7.9, generator, "generative models")):  # fmt: skip
        ax.text(x, 6.8, name, color=colour, weight="bold", ha="center")
    return ax


def vae_diagram(model, x):
    """A VAE with the two terms of its loss, each below the place where it is computed.

    model: a VAE; x: an image, (s·s,), decoded from one posterior sample. Returns the axes of a new figure.
    """
    from matplotlib import pyplot

    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        mu, log_var = model.posterior(x[None])
        x_hat = model.decode(mu + (0.5 * log_var).exp() * torch.randn_like(mu))[0]
    ax = pyplot.figure(figsize=(11, 4.1)).subplots()
    ax.set(xlim=(-0.1, 11.1), ylim=(0.15, 4), aspect="equal")
    ax.axis("off")
    names = "image $\\mathbf{x}$", "pixel probabilities $\\mathbf{p}$"
    for image, left, name in zip((x, x_hat), (0, 9.6), names, strict=True):
        side = round(len(image) ** 0.5)
        ax.imshow(image.view(side, side), vmin=0, vmax=1, extent=(left, left + 1.4, 2, 3.4))
        ax.add_patch(pyplot.Rectangle((left, 2), 1.4, 1.4, fill=False, ec="#9ca3af"))
        ax.text(left + 0.7, 3.52, name, ha="center")
    q, p = "$q_\\phi(\\mathbf{z}\\mid\\mathbf{x})$", "$p_\\theta(\\mathbf{x}\\mid\\mathbf{z})$"
    networks = ((1.75, 0.85, 0.4, f"encoder\n{q}", "posterior"),
                (7.65, 0.4, 0.85, f"decoder\n{p}", "reconstruction"))  # fmt: skip
    for left, wide, narrow, name, meaning in networks:
        xs = [left, left + 1.6, left + 1.6, left]
        ys = [2.7 - wide, 2.7 - narrow, 2.7 + narrow, 2.7 + wide]
        ax.fill(xs, ys, fc=COLOUR[meaning] + "26", ec=COLOUR[meaning], lw=1.5)
        ax.text(left + 0.8, 2.7, name, ha="center", va="center")
    circles = ((4.2, 3.3, "\\mu", "posterior"), (4.2, 2.1, "\\sigma", "posterior"),
               (5.3, 1.45, "\\varepsilon", "noise"), (6.5, 2.7, "z", "exact"))  # fmt: skip
    for cx, cy, name, meaning in circles:
        ax.add_patch(pyplot.Circle((cx, cy), 0.33, fc="white", ec=COLOUR[meaning], lw=2, zorder=3))
        ax.text(cx, cy, f"$\\boldsymbol{{{name}}}$", ha="center", va="center", fontsize=15, zorder=4)
    arrows = ((1.42, 2.7, 1.75, 2.7), (3.36, 2.8, 3.9, 3.15), (3.36, 2.6, 3.9, 2.25),
              (4.55, 3.22, 6.16, 2.82), (4.55, 2.16, 6.16, 2.6), (5.55, 1.68, 6.24, 2.45),
              (6.85, 2.7, 7.63, 2.7), (9.27, 2.7, 9.58, 2.7))  # fmt: skip
    for xa, ya, xb, yb in arrows:
        arrow = {"arrowstyle": "-|>", "color": "#4b5563", "lw": 1.4, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", (xb, yb), (xa, ya), arrowprops=arrow)
    sample = "\\mathbf{z}=\\boldsymbol{\\mu}+\\boldsymbol{\\sigma}\\odot\\boldsymbol{\\varepsilon}"
    ax.text(6.5, 3.2, f"${sample}$", ha="center", fontsize=13)
    ax.text(5.72, 1.36, "$\\boldsymbol{\\varepsilon}\\sim\\mathcal{N}(\\mathbf{0},I)$", color=COLOUR["noise"])
    kl = "KL term:  KL$(q_\\phi(\\mathbf{z}\\mid\\mathbf{x})\\,\\|\\,\\mathcal{N}(\\mathbf{0},I))$"
    likelihood = "reconstruction term:  $\\mathbb{E}_{q_\\phi}[\\log p_\\theta(\\mathbf{x}\\mid\\mathbf{z})]$"
    terms = (1.75, 4.55, kl, "posterior"), (6.2, 11, likelihood, "reconstruction")
    for left, right, name, meaning in terms:
        ax.plot([left, left, right, right], [0.75, 0.65, 0.65, 0.75], color=COLOUR[meaning])
        ax.text((left + right) / 2, 0.5, name, ha="center", va="top", color=COLOUR[meaning], fontsize=13)
    return ax
