"""The VQ-VAE, whose codes are words of a book."""

import torch
from torch import nn


def nearest(z, book):
    """The number of the nearest word of a book, by squared distance (Linde, Buzo & Gray 1980).

    z: (…, d), book: (K, d). Returns (…), int64.
    """
    distance = book.square().sum(1) - 2 * z @ book.T  # less |z|², the same for all words
    return distance.argmin(-1)


def straight_through(z, e):
    """The value of e, bit-equal, with the slope of z (Bengio, Léonard & Courville 2013).

    z, e: one shape. The gradient arrives at z unchanged, and not at e.
    """
    return e.detach() + (z - z.detach())


class VQVAE(nn.Module):
    """A vector-quantised autoencoder: each place of a grid is a word of a book (van den Oord et al. 2017).

    encoder: (n, …) -> (n, d, s, s), decoder: (n, d, s, s) -> (n, D), K: words, d: numbers in a vector.
    `through` takes the gradient past the book.
    """

    through = staticmethod(straight_through)

    def __init__(self, encoder, decoder, K, d):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder
        self.book = nn.Parameter(torch.randn(K, d))

    def latents(self, x):
        """(n, …) -> (n, s, s, d): the encoder's vectors."""
        return self.encoder(x).movedim(1, -1)

    def encode(self, x):
        """(n, …) -> (n, s, s) int64: the number of the word nearest to each vector."""
        return nearest(self.latents(x), self.book)

    def draw(self, e):
        """(n, s, s, d) -> (n, D): the picture of these vectors."""
        return self.decoder(e.movedim(-1, 1))

    def decode(self, words):
        """(n, s, s) int64 -> (n, D). Raises IndexError for a word that is not in the book."""
        if words.min() < 0 or words.max() >= len(self.book):
            raise IndexError(f"The book has the words 0 to {len(self.book) - 1} and no others.")
        return self.draw(self.book[words])

    def loss(self, x):
        """Squared errors, summed over pixels or over the vectors' numbers, averaged over the batch (n, D).

        The commitment counts a quarter. Codebook and commitment have one value, and other gradients.
        """
        z = self.latents(x)
        e = self.book[nearest(z, self.book)]
        parts = {"reconstruction": (x - self.draw(self.through(z, e))).square(),
                 "codebook": (z.detach() - e).square(), "commitment": (z - e.detach()).square()}  # fmt: skip
        parts = {name: squares.flatten(1).sum(1).mean() for name, squares in parts.items()}
        loss = parts["reconstruction"] + parts["codebook"] + parts["commitment"] / 4
        return {"loss": loss} | parts


@torch.no_grad()
def start_book(model, x):
    """Set the words of a VQ-VAE to different vectors that its encoder makes of x, picked at random.

    x: (n, …), what the encoder takes. Raises ValueError if there are fewer different vectors than words.
    """
    z, K = model.latents(x).flatten(0, -2).unique(dim=0), len(model.book)
    if len(z) < K:
        raise ValueError(f"These data have {len(z)} different vectors, too few for {K} words.")
    model.book.copy_(z[torch.randperm(len(z), device=z.device)[:K]])


def patch_networks(d, width):
    """Encoder and decoder of a VQ-VAE: (n, 784) -> (n, d, 7, 7) -> (n, 784), patches of 4 × 4 pixels.

    d: numbers in a vector, width: channels. The encoder sees each patch alone; the decoder has one 3 × 3
    convolution over the vectors of neighbours.
    """
    encoder = nn.Sequential(
        nn.Unflatten(1, (1, 28, 28)), nn.PixelUnshuffle(4), nn.Conv2d(16, width, 1), nn.SiLU(),
        nn.Conv2d(width, d, 1))  # fmt: skip
    decoder = nn.Sequential(
        nn.Conv2d(d, width, 3, padding=1), nn.SiLU(), nn.Conv2d(width, 16, 1), nn.PixelShuffle(4),
        nn.Flatten())  # fmt: skip
    return encoder, decoder


class Prior(nn.Module):
    """A distribution of texts of 7 × 7 words out of K: a small PixelCNN (van den Oord et al. 2016).

    K: words, width: channels. Each word depends on the three to its left and seven in each of two rows above.
    """

    def __init__(self, K, width):
        super().__init__()
        self.word = nn.Embedding(K, 16)
        self.look = nn.Conv2d(16, width, (3, 7), padding=(2, 3))
        mask = torch.ones(3, 7)
        mask[2, 3:] = 0  # the place itself and what comes after
        self.register_buffer("mask", mask)
        self.place = nn.Parameter(torch.zeros(width, 7, 7))
        self.read = nn.Sequential(nn.SiLU(), nn.Conv2d(width, width, 1), nn.SiLU(), nn.Conv2d(width, K, 1))

    def forward(self, words):
        """(n, 7, 7) int64 -> (n, K, 7, 7): the log-probability of each word at each place."""
        h, weight = self.word(words).movedim(-1, 1), self.look.weight * self.mask
        h = nn.functional.conv2d(h, weight, self.look.bias, padding=(2, 3))[:, :, :7]
        return self.read(h + self.place).log_softmax(1)

    def nats(self, words):
        """(n, 7, 7) int64 -> (n, 7, 7): the cost of each word, −log p."""
        return -self(words).gather(1, words[:, None])[:, 0]

    def loss(self, words):
        """−log p of a text, in nats: summed over its places, averaged over the batch (n, 7, 7)."""
        return {"loss": self.nats(words).flatten(1).sum(1).mean()}


@torch.no_grad()
def draw_words(prior, n):
    """n new texts, rolled word by word from a Prior: (n, 7, 7) int64."""
    drawn = torch.zeros(n, 7, 7, dtype=torch.long, device=prior.place.device)
    for i in range(7):
        for j in range(7):
            p = prior(drawn)[:, :, i, j].exp()
            drawn[:, i, j] = torch.multinomial(p, 1)[:, 0]
    return drawn
