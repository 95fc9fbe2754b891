"""The look of the series: importing this sets it, whatever a reader's own matplotlib settings are."""

from pathlib import Path

import matplotlib.style

matplotlib.style.use(["default", Path(__file__).with_name("series.mplstyle")])

# One colour, one meaning, in every notebook (after Okabe & Ito 2008, safe for colour-blind eyes).
COLOUR = {
    "data": "#6b7280",
    "reconstruction": "#d55e00",
    "prior": "#009e73",
    "posterior": "#0072b2",
    "noise": "#cc79a7",
    "exact": "#000000",
}
# The ten digits, always these ten colours: chosen to differ in CIELAB as normal, deuteranopic, protanopic and
# tritanopic eyes see them, and to stand out from white.
CLASSES = ["#23a0ff", "#ce0000", "#383260", "#6803a1", "#f29bcb", "#0e7a6b", "#ccb67f", "#0000ff",
           "#6e0c1b", "#a0ca00"]  # fmt: skip
