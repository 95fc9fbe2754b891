"""Checkers of 07_masked_models."""

import torch

from helpers.exercises import grade


def check_damage(yours):
    """damage(x, u, v, other, blank): tokens, chances, chances, tokens (n, l), a number -> tokens (n, l)."""
    generator = torch.Generator().manual_seed(0)
    x, other = torch.randint(1, 27, (2, 40, 10), generator=generator)
    u, v = torch.rand(2, 40, 10, generator=generator)
    blank = 27

    def put(chosen, hide, swap):
        return torch.where(chosen & hide, blank, torch.where(chosen & swap, other, x))

    chosen, nobody = u < 0.15, torch.zeros_like(u) > 0
    right = put(chosen, v < 0.8, v >= 0.9)
    mistakes = {
        "all chosen tokens are blanked; 10% of them must be random and 10% left.":
            put(chosen, ~nobody, nobody),
        "the random tokens are missing: `other` where v is 0.9 or more.": put(chosen, v < 0.8, nobody),
        "that leaves none as they are: random from 0.9 on, not from 0.8.": put(chosen, v < 0.8, v >= 0.8),
        "blanks and random tokens are swapped.": put(chosen, v >= 0.9, v < 0.8),
        "not only the chosen tokens were damaged: u < 0.15 is missing.": put(~nobody, v < 0.8, v >= 0.9),
        "the chosen ones are those with u below 0.15; you damaged the others.":
            put(~chosen, v < 0.8, v >= 0.9),
        "the random tokens take the blanks' place too: blank below 0.8, other from 0.9.":
            put(chosen, nobody, ~nobody),
        "that is 90% blank: the limits are 0.8 and 0.9.": put(chosen, v < 0.9, v >= 0.9),
        "the blanks are missing: v below 0.8.": put(chosen, nobody, v >= 0.9),
        "v decides how, u decides whether: you have them swapped.": put(v < 0.15, u < 0.8, u >= 0.9),
    }  # fmt: skip
    small = torch.tensor([[1, 2, 3, 5, 6]]), torch.tensor([[0.1, 0.1, 0.9, 0.1, 0.1]])
    chance, four = torch.tensor([[0.5, 0.95, 0.5, 0.795, 0.805]]), torch.full((1, 5), 4)
    also = (*small, chance, four, 9), torch.tensor([[9, 4, 3, 9, 6]])
    grade(yours, (x, u, v, other, blank), right, mistakes, "80, 10 and 10% of the chosen.", also=also)


def check_before(yours):
    """before(order): (l,) places in the order of prediction -> (l, l), 1 where i may look at j."""
    order = torch.tensor([3, 0, 4, 1, 5, 2])
    rank = order.argsort()

    def less(a):
        return (a[None, :] < a[:, None]).float()

    right = less(rank)
    mistakes = {
        "that lets a place look at itself: its own letter leaks. Strictly earlier only.":
            right + torch.eye(6),
        "rows are those who look: transpose.": right.T,
        "`order` says who is t-th; needed is which t is mine: order.argsort().": less(order),
        "that is the left-to-right mask: `order` is not used.": less(torch.arange(6)),
        "everybody but itself is too much: only those earlier in the order.": 1 - torch.eye(6),
        "that is itself and all that come later, just what may not be looked at.": 1 - right,
        "the ranks of the places, but a matrix of them is wanted: rank[j] < rank[i].": rank.float(),
    }  # fmt: skip
    also = (torch.tensor([1, 2, 0]),), torch.tensor([[0.0, 1.0, 1.0], [0.0, 0.0, 0.0], [0.0, 1.0, 0.0]])

    def numbers(order):
        answer = yours(order)
        return answer.float() if torch.is_tensor(answer) else answer

    praise = "No letter sees itself, and each sees all before it."
    grade(numbers, (order,), right, mistakes, praise, also=also)


def check_price(yours):
    """price(p): joint probabilities (a, b) -> mutual information in nats."""
    p = torch.tensor([[0.3, 0.1, 0.05], [0.05, 0.15, 0.35]])

    def H(q):
        return torch.special.entr(q).sum()

    a, b = p.sum(1), p.sum(0)
    right = H(a) + H(b) - H(p)
    mistakes = {
        "the sign is wrong: independence never costs less.": -right,
        "in nats: use the natural logarithm.": right / torch.tensor(2.0).log(),
        "that is what the product costs; take off what the truth costs, H(x₁, x₂).": H(a) + H(b),
        "that is the entropy of the pair.": H(p),
        "that is one conditional entropy: the first letter's H is missing.": H(p) - H(b),
        "that is the other conditional entropy.": H(p) - H(a),
        "the second letter's entropy is missing: H(x₁) − H(x₁, x₂).": H(a) - H(p),
        "the first letter's entropy is missing: H(x₂) − H(x₁, x₂).": H(b) - H(p),
        "H(x₁, x₂) is taken off twice.": H(a) + H(b) - 2 * H(p),
        "sum the entropy's terms, do not average them.":
            torch.special.entr(a).mean() + torch.special.entr(b).mean() - torch.special.entr(p).mean(),
    }  # fmt: skip
    coins = torch.tensor([[0.4, 0.1], [0.1, 0.4]])
    also = (coins,), 2 * H(coins.sum(0)) - H(coins)
    grade(yours, (p,), right, mistakes, "Zero only for independent letters.", also=also)
