"""Exercises that answer back: one file a notebook, one checker an exercise."""

import numpy as np
import torch

ONLY_HERE = "right for these data only. Take the sizes from the inputs, not as numbers."


def grade(yours, inputs, right, mistakes, praise, also=None, also_hint=ONLY_HERE, free_signs=False,
          tolerance=3e-4):  # fmt: skip
    """Try the reader's function and compare its answer with the right one and with the usual wrong ones.

    yours: the function, a stub if it returns `...`; inputs: what it is called with. right: a tensor
    or a number. mistakes: {hint: the value that this mistake gives}. free_signs: each column, or a
    vector as a whole, may come with either sign. tolerance: relative to the largest entry of the value
    compared with. also: (inputs, right) of other sizes, to be right as well, else `also_hint`. Prints one
    line: not attempted, right with `praise`, or a hint.
    """
    shapes = ", ".join(str(tuple(value.shape)) for value in inputs if torch.is_tensor(value))
    try:
        answer = yours(*(value.clone() if torch.is_tensor(value) else value for value in inputs))
        if answer is ...:
            print("Not attempted yet: replace the ... by your code and run the cell again.")
            return
        if answer is None:
            print("✗ Not yet: your function returns None. Did you forget `return`?")
            return
        answer, second = plain(answer), plain(yours(*also[0])) if also else None
    except (RuntimeError, IndexError, TypeError, ValueError, AttributeError, NameError) as error:
        print(f"✗ Not yet: your code stopped with «{error}». It was called with shapes {shapes}.")
        return
    right = plain(right)
    turn = torch.ones(())
    if free_signs and answer.shape == right.shape:
        turn = torch.where((answer * right).sum(0) < 0, -1.0, 1.0)
    if close(turn * answer, right, tolerance):
        if also and not close(second, plain(also[1]), tolerance):
            print(f"✗ Not yet: {also_hint}")
            return
        print(f"✓ Right. {praise}")
        return
    for hint, value in mistakes.items():
        value = plain(value)
        if close(answer, value, tolerance) or free_signs and close(answer.abs(), value.abs(), tolerance):
            print(f"✗ Not yet: {hint}")
            return
    if answer.shape != right.shape:
        wanted = f"shape {tuple(right.shape)}" if right.ndim else "one number"
        print(f"✗ Not yet: your answer has shape {tuple(answer.shape)}, wanted is {wanted}.")
        return
    if not answer.isfinite().all():
        print("✗ Not yet: some values are not finite (divided by zero? log of 0? acos of more than 1?).")
        return
    print(f"✗ Not yet: the shape is right, the values are off by up to {(answer - right).abs().max():.3g}.")


def plain(value):
    """Any number, list, array or tensor as a float64 tensor on the CPU."""
    value = value.copy() if isinstance(value, np.ndarray) else value
    if isinstance(value, list) and value and torch.is_tensor(value[0]):
        value = torch.stack(value)
    return torch.as_tensor(value).detach().to("cpu", torch.float64)


def close(a, b, tolerance):
    """True if two tensors have one shape and differ by less than tolerance times the size of b."""
    if a.shape != b.shape or not b.isfinite().all():
        return torch.equal(a, b)
    return bool((a - b).abs().max() <= tolerance * b.abs().max().clamp(min=1e-12))


def example(n=12, d=6, seed=0):
    """Small data with a mean far from zero and unequal spreads, (n, d) float32: mistakes show in it."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(n, d, generator=generator) * torch.linspace(2, 0.3, d) + 3
