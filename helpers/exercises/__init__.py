"""Exercises that answer back: one file a notebook, one checker an exercise."""

import torch


def grade(yours, inputs, right, mistakes, praise, free_signs=False, tolerance=1e-4):
    """Try the reader's function and compare its answer with the right one and with the usual wrong ones.

    yours: the function, a stub if it returns `...`; inputs: what it is called with. right: a tensor
    or a number. mistakes: {hint: the value that this mistake gives}. free_signs: compare absolute
    values. tolerance: relative to the largest entry of `right`. Prints one line: not attempted, right
    with `praise`, or a hint.
    """

    def plain(value):
        value = torch.as_tensor(value).detach().to("cpu", torch.float64)
        return value.abs() if free_signs else value

    shapes = ", ".join(str(tuple(value.shape)) for value in inputs if hasattr(value, "shape"))
    try:
        answer = yours(*inputs)
        if answer is ...:
            print("Not attempted yet: replace the ... by your code and run the cell again.")
            return
        answer = plain(answer)
    except (RuntimeError, IndexError, TypeError, ValueError) as error:
        print(f"✗ Not yet: your code stopped with «{error}». It was called with shapes {shapes}.")
        return
    right = plain(right)
    if not answer.isfinite().all():
        print("✗ Not yet: some of your values are not finite (acos of more than 1, a division by zero?).")
        return
    if close(answer, right, tolerance):
        print(f"✓ Right. {praise}")
        return
    for hint, value in mistakes.items():
        if close(answer, plain(value), tolerance):
            print(f"✗ Not yet: {hint}")
            return
    if answer.shape != right.shape:
        wanted = f"shape {tuple(right.shape)}" if right.ndim else "one number"
        print(f"✗ Not yet: your answer has shape {tuple(answer.shape)}, wanted is {wanted}.")
        return
    print(f"✗ Not yet: the shape is right, the values are off by up to {(answer - right).abs().max():.3g}.")


def close(a, b, tolerance):
    """True if two tensors have one shape and differ by less than tolerance times the size of b."""
    return a.shape == b.shape and bool((a - b).abs().max() <= tolerance * b.abs().max().clamp(min=1e-12))


def example(n=12, d=6, seed=0):
    """Small data with a mean far from zero and unequal spreads, (n, d) float32: mistakes show in it."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(n, d, generator=generator) * torch.linspace(2, 0.3, d) + 3
