"""What more than one notebook of the series needs, and nothing else.

A file imports only from those above it: data, models, metrics, training, style, diagrams, plots, claims,
exercises, explorers, widgets. `colab` is separate: it is for the first cell of a notebook on Colab.
"""

import sys

from helpers.claims import claim as claim

if "google.colab" in sys.modules:
    from helpers import colab

    colab.install()
