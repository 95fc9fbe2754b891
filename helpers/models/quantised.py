"""The VQ-VAE, whose latent codes are grids of tokens, and its PixelCNN prior."""

import torch
from torch import nn


def nearest_code(z, codebook):
    """The index of the nearest codebook vector, by squared distance (Linde, Buzo & Gray 1980).

    z: (…, d), codebook: (K, d). Returns (…), int64.
    """
    distance = codebook.square().sum(1) - 2 * z @ codebook.T  # without |z|², the same for all
    return distance.argmin(-1)


def straight_through(z, e):
    """The value of e, exactly, with the gradient of z (Bengio, Léonard & Courville 2013).

    z, e: one shape. The gradient with respect to the output is passed to z unchanged, and not to e.
    """
    return e.detach() + (z - z.detach())


class VQVAE(nn.Module):
    """A vector-quantised autoencoder: a grid of codebook vectors (van den Oord, Vinyals & Kavukcuoglu 2017).

    encoder: (n, …) -> (n, d, s, s), decoder: (n, d, s, s) -> (n, D), K: codebook size, d: dimension of a
    codebook vector. `gradient_estimator` passes the decoder's gradient to the encoder.
    """

    gradient_estimator = staticmethod(straight_through)

    def __init__(self, encoder, decoder, K, d):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder
        self.codebook = nn.Parameter(torch.randn(K, d))

    def encode_continuous(self, x):
        """(n, …) -> (n, s, s, d): the encoder's output before quantisation."""
        return self.encoder(x).movedim(1, -1)

    def encode(self, x):
        """(n, …) -> (n, s, s) int64: the tokens, indices of the nearest codebook vectors."""
        return nearest_code(self.encode_continuous(x), self.codebook)

    def decode_vectors(self, e):
        """(n, s, s, d) -> (n, D): the decoded images."""
        return self.decoder(e.movedim(-1, 1))

    def decode(self, tokens):
        """(n, s, s) int64 -> (n, D). Raises IndexError for a token that is not in the codebook."""
        if tokens.min() < 0 or tokens.max() >= len(self.codebook):
            raise IndexError(f"The tokens are 0 to {len(self.codebook) - 1} and no others.")
        return self.decode_vectors(self.codebook[tokens])

    def loss(self, x):
        """Squared errors, summed over pixels or vector components, averaged over the batch (n, D).

        The commitment has weight 0.25. Codebook and commitment term have equal values, but other gradients.
        """
        z = self.encode_continuous(x)
        e = self.codebook[nearest_code(z, self.codebook)]
        x_hat = self.decode_vectors(self.gradient_estimator(z, e))
        parts = {"reconstruction": (x - x_hat).square(),
                 "codebook": (z.detach() - e).square(), "commitment": (z - e.detach()).square()}  # fmt: skip
        parts = {name: squares.flatten(1).sum(1).mean() for name, squares in parts.items()}
        loss = parts["reconstruction"] + parts["codebook"] + parts["commitment"] / 4
        return {"loss": loss} | parts


@torch.no_grad()
def init_codebook(model, x):
    """Set the codebook of a VQ-VAE to different encoder outputs for x, chosen at random.

    x: (n, …), the encoder's input. Raises ValueError if there are fewer different vectors than tokens.
    """
    z, K = model.encode_continuous(x).flatten(0, -2).unique(dim=0), len(model.codebook)
    if len(z) < K:
        raise ValueError(f"These data have {len(z)} different vectors, too few for {K} tokens.")
    model.codebook.copy_(z[torch.randperm(len(z), device=z.device)[:K]])


def patch_networks(d, width):
    """Encoder and decoder of a VQ-VAE: (n, 784) -> (n, d, 7, 7) -> (n, 784), patches of 4 × 4 pixels.

    d: dimension of a codebook vector, width: channels. The encoder's receptive field is one patch; the
    decoder has one 3 × 3 convolution over neighbouring vectors.
    """
    encoder = nn.Sequential(
        nn.Unflatten(1, (1, 28, 28)), nn.PixelUnshuffle(4), nn.Conv2d(16, width, 1), nn.SiLU(),
        nn.Conv2d(width, d, 1))  # fmt: skip
    decoder = nn.Sequential(
        nn.Conv2d(d, width, 3, padding=1), nn.SiLU(), nn.Conv2d(width, 16, 1), nn.PixelShuffle(4),
        nn.Flatten())  # fmt: skip
    return encoder, decoder


class PixelCNNPrior(nn.Module):
    """A distribution of 7 × 7 grids of K tokens: a small PixelCNN (van den Oord et al. 2016).

    K: codebook size, width: channels. Each token depends on the three to its left and on seven in each of
    the two rows above.
    """

    def __init__(self, K, width):
        super().__init__()
        self.token_embedding = nn.Embedding(K, 16)
        self.masked_conv = nn.Conv2d(16, width, (3, 7), padding=(2, 3))
        mask = torch.ones(3, 7)
        mask[2, 3:] = 0  # the position itself and those after it
        self.register_buffer("mask", mask)
        self.position_embedding = nn.Parameter(torch.zeros(width, 7, 7))
        self.head = nn.Sequential(nn.SiLU(), nn.Conv2d(width, width, 1),
                                  nn.SiLU(), nn.Conv2d(width, K, 1))  # fmt: skip

    def forward(self, tokens):
        """(n, 7, 7) int64 -> (n, K, 7, 7): the log-probability of each token at each position."""
        h, weight = self.token_embedding(tokens).movedim(-1, 1), self.masked_conv.weight * self.mask
        h = nn.functional.conv2d(h, weight, self.masked_conv.bias, padding=(2, 3))[:, :, :7]
        return self.head(h + self.position_embedding).log_softmax(1)

    def nll(self, tokens):
        """(n, 7, 7) int64 -> (n, 7, 7): −log p of each token given those before it, in nats."""
        return -self(tokens).gather(1, tokens[:, None])[:, 0]

    def loss(self, tokens):
        """−log p of a token grid, in nats: summed over the positions, averaged over the batch (n, 7, 7)."""
        return {"loss": self.nll(tokens).flatten(1).sum(1).mean()}


@torch.no_grad()
def sample_tokens(prior, n):
    """n new token grids, sampled token by token from a PixelCNNPrior: (n, 7, 7) int64."""
    tokens = torch.zeros(n, 7, 7, dtype=torch.long, device=prior.position_embedding.device)
    for i in range(7):
        for j in range(7):
            p = prior(tokens)[:, :, i, j].exp()
            tokens[:, i, j] = torch.multinomial(p, 1)[:, 0]
    return tokens
