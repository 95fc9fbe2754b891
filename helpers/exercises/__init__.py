"""Exercises with feedback: one file per notebook, one checker per exercise."""

import traceback

import numpy as np
import torch

ONLY_HERE = "right for these data only. Take the sizes from the inputs, not as numbers."


def grade(answer, inputs, expected, mistakes, success_message, second_case=None, second_hint=ONLY_HERE,
          free_signs=False, tolerance=3e-4):  # fmt: skip
    """Call the reader's function and compare its result with the expected one and with the usual wrong ones.

    answer: the function, a stub if it returns `...`; inputs: its arguments. expected: a tensor or a number.
    mistakes: {hint: the value that this mistake gives, or a tuple of them}. free_signs: each column, or a
    vector as a whole, may have either sign. tolerance: relative to the largest entry of the value compared
    with. second_case: (inputs, expected) of other sizes, to be right as well, else `second_hint`. Prints one
    line: not attempted, right with `success_message`, or a hint.
    """
    expected = plain(expected)
    result = run(answer, inputs, expected)
    if result is None:
        return
    signs = torch.ones(())
    if free_signs and result.shape == expected.shape:
        signs = torch.where((result * expected).sum(0) < 0, -1.0, 1.0)
    if close(signs * result, expected, tolerance):
        second = run(answer, second_case[0], plain(second_case[1])) if second_case else ...
        if second_case and second is not None and not close(second, plain(second_case[1]), tolerance):
            print(f"✗ Not yet: {second_hint}")
        elif second is not None:
            print(f"✓ Right. {success_message}")
        return
    for hint, values in mistakes.items():
        for value in map(plain, values if isinstance(values, tuple) else [values]):
            if close(result, value, tolerance) or free_signs and close(result.abs(), value.abs(), tolerance):
                print(f"✗ Not yet: {hint}")
                return
    if result.shape != expected.shape:
        wanted = f"shape {tuple(expected.shape)}" if expected.ndim else "one number"
        print(f"✗ Not yet: your answer has shape {tuple(result.shape)}, expected is {wanted}.")
        return
    if not result.isfinite().all():
        print("✗ Not yet: some values are not finite (divided by zero? log of 0? acos of more than 1?).")
        return
    difference = (result - expected).abs().max()
    print(f"✗ Not yet: the shape is right, the values are off by up to {difference:.3g}.")


def run(answer, inputs, expected):
    """The result of the reader's function as `plain` gives it; if there is none, print why."""
    try:
        result = answer(*(value.clone() if torch.is_tensor(value) else value for value in inputs))
    except Exception as error:
        problem = traceback.format_exception_only(error)[-1].splitlines()[0]
        shapes = ", ".join(str(tuple(value.shape)) for value in inputs if torch.is_tensor(value))
        called = f" It was called with shapes {shapes}." if shapes else ""
        print(f"✗ Not yet: your code stopped with «{problem}».{called}")
        return None
    if result is ...:
        print("Not attempted yet: replace the ... by your code and run the cell again.")
    elif result is None:
        print("✗ Not yet: your function returns None. Did you forget `return`?")
    else:
        try:
            return plain(result)
        except Exception:
            wanted = "a tensor" if expected.ndim else "a number"
            print(f"✗ Not yet: your function returns a {type(result).__name__}; {wanted} is expected.")
    return None


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
    """Small data with a mean far from zero and unequal variances, (n, d) float32, to reveal mistakes."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(n, d, generator=generator) * torch.linspace(2, 0.3, d) + 3
