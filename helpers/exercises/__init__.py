"""Exercises that answer back: one file a notebook, one checker an exercise."""

import torch


def grade(answer, right, mistakes, praise, tolerance=1e-4):
    """Compare an answer with the right one, and if it is wrong with the wrong ones people give.

    answer: what the reader's function returned, `...` if it is still a stub. right: a tensor or a
    number. mistakes: {hint: the value that this mistake gives}. tolerance: relative to the size of
    `right`. Prints one line: not attempted, right with `praise`, or the hint.
    """
    if answer is ...:
        print("Not attempted yet: replace the … by your code and run the cell again.")
        return
    right = torch.as_tensor(right, dtype=torch.float64)
    try:
        answer = torch.as_tensor(answer, dtype=torch.float64)
    except (TypeError, ValueError, RuntimeError):
        print(f"✗ Not yet: return a number or a tensor, not {type(answer).__name__}.")
        return
    if close(answer, right, tolerance):
        print(f"✓ Right. {praise}")
        return
    for hint, value in mistakes.items():
        if close(answer, torch.as_tensor(value, dtype=torch.float64), tolerance):
            print(f"✗ Not yet: {hint}")
            return
    if answer.shape != right.shape:
        print(f"✗ Not yet: your answer has shape {tuple(answer.shape)}, wanted is {tuple(right.shape)}.")
        return
    print(f"✗ Not yet: your values are off by up to {(answer - right).abs().max():.3g}.")


def close(a, b, tolerance):
    """True if two tensors have one shape and differ by less than tolerance times the size of b."""
    return a.shape == b.shape and bool((a - b).abs().max() <= tolerance * b.abs().max().clamp(min=1e-12))


def example(n=12, d=6, seed=0):
    """Small data with a mean far from zero and unequal spreads, (n, d) float64: mistakes show in it."""
    generator = torch.Generator().manual_seed(seed)
    spread = torch.linspace(2, 0.3, d, dtype=torch.float64)
    return torch.randn(n, d, generator=generator, dtype=torch.float64) * spread + 3
