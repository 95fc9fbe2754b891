"""Draw .github/latent_plane.webp, the moving picture of README.md, from the weights of notebook 10.

From the repository's folder: `PYTHONPATH=. .venv/bin/python .github/moving_picture.py`
"""

from pathlib import Path

import numpy as np
import torch
from matplotlib import patheffects
from matplotlib.figure import Figure
from PIL import Image
from scipy.interpolate import CubicSpline

from helpers import data, models, plots, training

FRAMES = 70
test, test_y = data.mnist("test")
vae = training.pretrained(models.VAE(784, 512, 256, 128, 2), "10_vae_2d")
with torch.no_grad():
    z = vae.encode(test[:3000])
    _, places = plots.typical_codes(z, test_y[:3000])
    stops = places[[0, 6, 2, 5, 3, 8, 1, 7, 9, 4, 0]]
    length = stops.diff(dim=0).norm(dim=1).cumsum(0)
    curve = CubicSpline([0, *length.tolist()], stops, bc_type="periodic")  # past all classes
    path = torch.tensor(curve(length[-1].item() * np.arange(FRAMES) / FRAMES), dtype=torch.float32)
    images = vae.decode(path).view(-1, 28, 28)

figure = Figure((7.2, 3.7), dpi=100, layout="constrained")
left, right = figure.subplots(1, 2)
left.scatter(*z.T, c=[plots.CLASSES[c] for c in test_y[:3000]], s=4, alpha=0.5, linewidths=0)
outline = [patheffects.withStroke(linewidth=3, foreground="white")]
for digit, (z1, z2) in enumerate(places.tolist()):
    left.text(z1, z2, str(digit), color=plots.CLASSES[digit], weight="bold", fontsize=15, ha="center",
              va="center", path_effects=outline)  # fmt: skip
left.plot(*torch.cat([path, path[:1]]).T, color="black", lw=0.8, alpha=0.6)
left.set(xlim=(-3, 3), ylim=(-3, 3), aspect="equal", xlabel="$z_1$", ylabel="$z_2$",
         title="latent plane: encoded test digits")  # fmt: skip
(point,) = left.plot([0], [0], "o", ms=17, mfc="none", mec="black", mew=4)
decoded = right.imshow(images[0], cmap="gray_r", vmin=0, vmax=1)
right.spines[:].set_visible(False)
right.set(xticks=[], yticks=[], title="decoded from the black ring")
render = plots.fast_redraw(figure, point, decoded)
frames = []
for (z1, z2), image in zip(path.tolist(), images, strict=True):
    point.set_data([z1], [z2])
    decoded.set_data(image)
    frames.append(Image.fromarray(np.asarray(render(""))[26:]))
name = Path(__file__).with_name("latent_plane.webp")
frames[0].save(name, save_all=True, append_images=frames[1:], duration=120, loop=0, quality=40, method=6)
print(f"{name.stat().st_size / 1000:.0f} kB")
