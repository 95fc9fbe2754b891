"""How each shipped model was trained: one short file a notebook, one function a model.

`python -m recipes 10_vae` trains a model again and rewrites data/weights/10_vae.safetensors; without a name
it does all. The digits are the first 55,000 of MNIST's training set. The last 5,000 are held out: a recipe
trains until the loss on them stops falling. The test set gives the figures in a file's metadata only.
"""

from recipes import autoencoder, cvae, start_here, vae

RECIPES = start_here.RECIPES | autoencoder.RECIPES | vae.RECIPES | cvae.RECIPES
