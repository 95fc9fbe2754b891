"""A claim is a sentence of the text that the computer has checked."""


def claim(text, holds, measured):
    """Print "✓ text (measured …)" if it holds; otherwise fail the cell.

    text: the sentence, with its tolerance and without measured numbers, since the tests compare it.
    holds: a plain bool: a list or a tensor is not taken for true. measured: what was found, as text, a number
    or {name: value}; the tests do not compare it.
    Raises AssertionError, with the sentence, if it does not hold, TypeError if `holds` is no bool.
    """
    if not isinstance(holds, bool):
        kind = f"{type(holds).__module__}.{type(holds).__name__}"
        raise TypeError(f"A claim needs Python's True or False, not a {kind}: use .item() or bool(…).")
    if isinstance(measured, dict):
        measured = ", ".join(f"{name}: {value}" for name, value in measured.items())
    line = f"{text} (measured {measured})"
    assert holds, f"✗ {line}"
    print(f"✓ {line}")
