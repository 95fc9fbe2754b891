"""Checkers of 13_vq_vae."""

import torch

from helpers.exercises import example, grade


def check_quantise(yours):
    """quantise(z, book): (n, d), (K, d) -> the nearest word of each vector, (n, d)."""
    z, book = example(9, 4), example(5, 4, seed=1)
    distance = torch.cdist(z, book)
    right = book[distance.argmin(1)]
    in_all = book[(z @ book.T).argmax(1)]
    first = book[(z[:, None, 0] - book[:, 0]).abs().argmin(1)]
    mistakes = {
        "the farthest, not the nearest: argmin.": book[distance.argmax(1)],
        "the word itself, not its number: book[number].": distance.argmin(1),
        "one word for each vector (row of z), not one vector for each word: dim 1.": z[distance.argmin(0)],
        "the shortest word of the book: the distance to z is missing.": book[
            book.square().sum(1).argmin().repeat(9)
        ],
        "the largest inner product is not the smallest distance: |e|² is missing.": in_all,
        "compare all d numbers of the vectors, not the first.": first,
        "the squared distance, not the word.": distance.square().amin(1),
        "the distance, not the word.": distance.amin(1),
        "these are the vectors themselves: nothing is looked up.": z,
    }
    also = (torch.tensor([[0.0, 0.9], [5, 5]]), torch.tensor([[0.0, 0], [0, 1], [9, 9]])), [[0.0, 1], [9, 9]]
    grade(yours, (z, book), right, mistakes, "A word for each vector.", also=also)


def check_through(yours):
    """through(z, e): (n, d) each -> (n, d), the value of e with the slope of z."""
    z, e = example(3, 2), example(3, 2, seed=1)
    slope = torch.linspace(1, 2, 6).view(3, 2)

    def with_gradients(z, e):
        z, e = z.requires_grad_(), e.requires_grad_()
        out = yours(z, e)
        if out is ... or out is None:
            return out
        if out.shape != z.shape:
            return out
        grads = (0 * z, 0 * e)
        if out.requires_grad:
            grads = torch.autograd.grad((out * slope).sum(), (z, e), allow_unused=True)
        return [out, *(torch.zeros_like(z) if g is None else g for g in grads)]

    none = torch.zeros(3, 2)
    mistakes = {
        "the value is right, the slope is that of e: detach e, and hand the gradient to z.": [e, none, slope],
        "the value is right, but no gradient gets through.": [e, none, none],
        "the gradient reaches e as well: detach it.": [e, slope, slope],
        "the value is still that of z.": [z, slope, none],
        "the value is right, the gradient comes with the wrong sign.": [e, -slope, none],
        "the value is z + e: take sg[z] off.": [z + e, slope, none],
        "the value is right, the gradient is doubled.": [e, 2 * slope, none],
        "the value is e − z.": [e - z, slope, none],
        "no gradient, and the value of z.": [z, none, none],
    }
    grade(with_gradients, (z, e), [e, slope, none], mistakes, "Forward the word, backward the vector.")


def check_perplexity(yours):
    """perplexity(words, K): (b, n) int64 -> the perplexity of all of them, one number."""
    words = torch.tensor([[0, 0, 0, 1, 1, 2], [0, 0, 3, 3, 3, 4], [5, 5, 5, 5, 0, 0]])
    batches = torch.stack([torch.bincount(row, minlength=7) / 6 for row in words])
    share = torch.bincount(words.flatten(), minlength=7) / 18
    H = torch.special.entr(share).sum()
    each, counted = torch.special.entr(batches).sum(1), torch.special.entr(18 * share).sum().exp()
    mistakes = {
        "count over all batches first: this is the mean of their perplexities.": each.exp().mean(),
        "count over all batches first: this is from the mean of their entropies.": each.mean().exp(),
        "one number for the epoch, not one a batch.": each.exp(),
        "the exponential is missing: this is the entropy.": H,
        "the sign: exp(+H), the entropy is −Σ p ln p.": (-H).exp(),
        "this counts the words used, however rare.": torch.tensor(6),
        "2 to the power of nats: use exp, or bits throughout.": 2**H,
        "shares of all words, that add up to 1; yours are counts.": counted,
        "the entropy in bits, then the exponential of nats.": (H / torch.tensor(2.0).log()).exp(),
    }
    also = (torch.tensor([[0, 1], [2, 3]]), 4), 4.0
    grade(yours, (words, 7), H.exp(), mistakes, "As many equally frequent words.", also=also)
