"""The models, each in the form in which its notebook teaches it.

Every autoencoder has encode(x) -> z and decode(z) -> x′; every model that is trained by steps has
loss(x) -> a dict of named parts in which "loss" is minimised. Errors are summed over the features and
averaged over the batch.
"""

from helpers.models.adversarial import AAE, GAN, dcgan, held
from helpers.models.autoencoders import PCA, Autoencoder, LinearAutoencoder, perceptron
from helpers.models.quantised import (
    VQVAE,
    Prior,
    draw_words,
    nearest,
    patch_networks,
    start_book,
    straight_through,
)
from helpers.models.variational import CVAE, VAE, bernoulli_nll, gaussian_kl, one_hot
