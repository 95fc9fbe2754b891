"""A claim is a sentence of the text that the computer has checked."""


def claim(text, holds, measured):
    """Print "✓ text (measured …)" if it holds; otherwise fail the cell.

    text: the sentence, with its tolerance and without measured numbers, since the tests compare it.
    holds: a bool. measured: what was found, as text or a number; the tests do not compare it.
    Raises AssertionError, with the sentence, if it does not hold.
    """
    line = f"{text} (measured {measured})"
    assert holds, f"✗ {line}"
    print(f"✓ {line}")
