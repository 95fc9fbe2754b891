"""Checkers of 13_vq_vae."""

import torch

from helpers.exercises import example, grade


def check_quantise(answer):
    """quantise(z, codebook): (n, d), (K, d) -> the nearest codebook vector of each row, (n, d)."""
    z, codebook = example(9, 4), example(5, 4, seed=1)
    distance = torch.cdist(z, codebook)
    expected = codebook[distance.argmin(1)]
    in_all = codebook[(z @ codebook.T).argmax(1)]
    first = codebook[(z[:, None, 0] - codebook[:, 0]).abs().argmin(1)]
    mistakes = {
        "the farthest, not the nearest: argmin.": codebook[distance.argmax(1)],
        "the vector itself, not its index: codebook[index].": distance.argmin(1),
        "one codebook vector for each row of z, not the other way round: dim 1.": z[distance.argmin(0)],
        "the shortest codebook vector: the distance to z is missing.": codebook[
            codebook.square().sum(1).argmin().repeat(9)
        ],
        "the largest inner product is not the smallest distance: |e|² is missing.": in_all,
        "compare all d components of the vectors, not the first.": first,
        "the squared distance, not the vector.": distance.square().amin(1),
        "the distance, not the vector.": distance.amin(1),
        "these are the vectors themselves: nothing is quantised.": z,
    }
    other = torch.tensor([[0.0, 0.9], [5, 5]]), torch.tensor([[0.0, 0], [0, 1], [9, 9]])
    second_case = other, [[0.0, 1], [9, 9]]
    grade(answer, (z, codebook), expected, mistakes, "One codebook vector for each row.", second_case)


def check_ste(answer):
    """ste(z, e): (n, d) each -> (n, d), the value of e with the gradient of z."""
    z, e = example(3, 2), example(3, 2, seed=1)
    gradient = torch.linspace(1, 2, 6).view(3, 2)

    def with_gradients(z, e):
        z, e = z.requires_grad_(), e.requires_grad_()
        out = answer(z, e)
        if out is ... or out is None:
            return out
        if out.shape != z.shape:
            return out
        grads = (0 * z, 0 * e)
        if out.requires_grad:
            grads = torch.autograd.grad((out * gradient).sum(), (z, e), allow_unused=True)
        return [out, *(torch.zeros_like(z) if g is None else g for g in grads)]

    none = torch.zeros(3, 2)
    mistakes = {
        "the value is right, the gradient is that of e: detach e, and pass it to z.": [e, none, gradient],
        "the value is right, but no gradient gets through.": [e, none, none],
        "the gradient reaches e as well: detach it.": [e, gradient, gradient],
        "the value is still that of z.": [z, gradient, none],
        "the value is right, the gradient comes with the wrong sign.": [e, -gradient, none],
        "the value is z + e: subtract sg[z].": [z + e, gradient, none],
        "the value is right, the gradient is doubled.": [e, 2 * gradient, none],
        "the value is e − z.": [e - z, gradient, none],
        "no gradient, and the value of z.": [z, none, none],
    }
    grade(with_gradients, (z, e), [e, gradient, none], mistakes, "Forward the codebook vector, backward z.")


def check_perplexity(answer):
    """perplexity(tokens, K): (b, n) int64 -> the perplexity of all of them, one number."""
    tokens = torch.tensor([[0, 0, 0, 1, 1, 2], [0, 0, 3, 3, 3, 4], [5, 5, 5, 5, 0, 0]])
    batches = torch.stack([torch.bincount(row, minlength=7) / 6 for row in tokens])
    fraction = torch.bincount(tokens.flatten(), minlength=7) / 18
    H = torch.special.entr(fraction).sum()
    each, counted = torch.special.entr(batches).sum(1), torch.special.entr(18 * fraction).sum().exp()
    mistakes = {
        "count over all batches first: this is the mean of their perplexities.": each.exp().mean(),
        "count over all batches first: this is from the mean of their entropies.": each.mean().exp(),
        "one number for the epoch, not one per batch.": each.exp(),
        "the exponential is missing: this is the entropy.": H,
        "the sign: exp(+H), the entropy is −Σ p ln p.": (-H).exp(),
        "this counts the tokens used, however rare.": torch.tensor(6),
        "2 to the power of nats: use exp, or bits throughout.": 2**H,
        "fractions of all tokens, which add up to 1; yours are counts.": counted,
        "the entropy in bits, then the exponential of nats.": (H / torch.tensor(2.0).log()).exp(),
    }
    second_case = (torch.tensor([[0, 1], [2, 3]]), 4), 4.0
    grade(answer, (tokens, 7), H.exp(), mistakes, "That many equally frequent tokens.", second_case)
