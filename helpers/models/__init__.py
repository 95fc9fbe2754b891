"""The models, each in the form in which its notebook teaches it.

Every autoencoder has encode(x) -> z and decode(z) -> x′; every model that is trained by gradient descent has
loss(x) -> a dict of named parts in which "loss" is minimised. Errors are summed over the features and
averaged over the batch.
"""

# ruff: noqa: I001
from helpers.models.adversarial import AAE, GAN, dcgan, with_frozen_parameters
from helpers.models.autoencoders import PCA, Autoencoder, LinearAutoencoder, mlp
from helpers.models.quantised import VQVAE, PixelCNNPrior, init_codebook, nearest_code, patch_networks
from helpers.models.quantised import sample_tokens, straight_through
from helpers.models.variational import CVAE, VAE, BinarisedVAE, ConvVAE, LabelCVAE
from helpers.models.variational import bernoulli_nll, gaussian_kl, one_hot
