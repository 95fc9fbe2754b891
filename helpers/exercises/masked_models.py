"""Checkers of 07_masked_models."""

import torch

from helpers.exercises import grade


def check_corrupt(answer):
    """corrupt(x, u, v, other, mask_token): x, u, v, other (n, l), u and v uniform -> tokens (n, l)."""
    generator = torch.Generator().manual_seed(0)
    x, other = torch.randint(1, 27, (2, 40, 10), generator=generator)
    u, v = torch.rand(2, 40, 10, generator=generator)
    mask_token = 27

    def put(selected, masked, swapped):
        return torch.where(selected & masked, mask_token, torch.where(selected & swapped, other, x))

    selected, none = u < 0.15, torch.zeros_like(u) > 0
    expected = put(selected, v < 0.8, v >= 0.9)
    mistakes = {
        "all selected tokens are masked; 10% of them must be random and 10% left.":
            put(selected, ~none, none),
        "the random tokens are missing: `other` where v is 0.9 or more.": put(selected, v < 0.8, none),
        "that leaves no token unchanged: random from 0.9 on, not from 0.8.": put(selected, v < 0.8, v >= 0.8),
        "mask tokens and random tokens are swapped.": put(selected, v >= 0.9, v < 0.8),
        "not only the selected tokens were corrupted: u < 0.15 is missing.": put(~none, v < 0.8, v >= 0.9),
        "the selected ones are those with u below 0.15; you corrupted the others.":
            put(~selected, v < 0.8, v >= 0.9),
        "random tokens replace the mask tokens too: mask below 0.8, other from 0.9.":
            put(selected, none, ~none),
        "that is 90% masked: the limits are 0.8 and 0.9.": put(selected, v < 0.9, v >= 0.9),
        "the mask tokens are missing: v below 0.8.": put(selected, none, v >= 0.9),
        "v decides how, u decides whether: you have them swapped.": put(v < 0.15, u < 0.8, u >= 0.9),
    }  # fmt: skip
    small = torch.tensor([[1, 2, 3, 5, 6]]), torch.tensor([[0.1, 0.1, 0.9, 0.1, 0.1]])
    small_v, four = torch.tensor([[0.5, 0.95, 0.5, 0.795, 0.805]]), torch.full((1, 5), 4)
    second_case = (*small, small_v, four, 9), torch.tensor([[9, 4, 3, 9, 6]])
    inputs = x, u, v, other, mask_token
    grade(answer, inputs, expected, mistakes, "80, 10 and 10% of the selected tokens.", second_case)


def check_before(answer):
    """before(order): (l,) positions in the order of prediction -> (l, l), 1 where i may attend to j."""
    order = torch.tensor([3, 0, 4, 1, 5, 2])
    rank = order.argsort()

    def less(a):
        return (a[None, :] < a[:, None]).float()

    expected = less(rank)
    mistakes = {
        "that lets a position attend to itself: its own token leaks. Strictly earlier only.":
            expected + torch.eye(6),
        "rows are the queries: transpose.": expected.T,
        "`order` is the position at each step; the step of each position is needed: argsort.":
            less(order),
        "that is the left-to-right mask: `order` is not used.": less(torch.arange(6)),
        "all but itself is too much: only those earlier in the order.": 1 - torch.eye(6),
        "that is itself and all later positions, exactly those to be masked.": 1 - expected,
        "the ranks of the positions, but a matrix is expected: rank[j] < rank[i].": rank.float(),
    }  # fmt: skip
    second_case = (torch.tensor([1, 2, 0]),), torch.tensor([[0.0, 1, 1], [0, 0, 0], [0, 1, 0]])

    def numbers(order):
        result = answer(order)
        return result.float() if torch.is_tensor(result) else result

    success_message = "No position attends to itself, and each attends to all before it."
    grade(numbers, (order,), expected, mistakes, success_message, second_case)


def check_mutual_information(answer):
    """mutual_information(p): joint probabilities (a, b) -> mutual information in nats."""
    p = torch.tensor([[0.3, 0.1, 0.05], [0.05, 0.15, 0.35]])

    def H(q):
        return torch.special.entr(q).sum()

    a, b = p.sum(1), p.sum(0)
    expected = H(a) + H(b) - H(p)
    mistakes = {
        "the sign is wrong: mutual information is never negative.": -expected,
        "in nats: use the natural logarithm.": expected / torch.tensor(2.0).log(),
        "those are the entropies of the marginals; subtract that of the pair, H(x₁, x₂).": H(a) + H(b),
        "that is the entropy of the pair.": H(p),
        "that is one conditional entropy: the first token's H is missing.": H(p) - H(b),
        "that is the other conditional entropy.": H(p) - H(a),
        "the second token's entropy is missing: H(x₁) − H(x₁, x₂).": H(a) - H(p),
        "the first token's entropy is missing: H(x₂) − H(x₁, x₂).": H(b) - H(p),
        "H(x₁, x₂) is subtracted twice.": H(a) + H(b) - 2 * H(p),
        "sum the entropy's terms, do not average them.":
            torch.special.entr(a).mean() + torch.special.entr(b).mean() - torch.special.entr(p).mean(),
    }  # fmt: skip
    bits = torch.tensor([[0.4, 0.1], [0.1, 0.4]])
    second_case = (bits,), 2 * H(bits.sum(0)) - H(bits)
    grade(answer, (p,), expected, mistakes, "Zero only for independent tokens.", second_case)
