"""How long each notebook takes, and how much of it is training, on the CPU or the GPU that is there.

`python -m benchmarks.notebooks` runs the notebooks one after the other, each in its own kernel, and prints
for each the seconds in all, those in `fit`, and its steps. A notebook's loops of its own are not in `fit`.
Nothing is saved. `python -m benchmarks.notebooks 04 10` runs these two.
"""

import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from helpers import training

FOLDER = Path(__file__).resolve().parent.parent / "notebooks"
COUNTED = """
import types
from time import perf_counter

counted = types.SimpleNamespace(fit=training.fit, seconds=0, steps=0, clock=perf_counter)

def fit(model, data, epochs, lr, batch_size=128, **options):
    start = counted.clock()
    try:
        return counted.fit(model, data, epochs, lr, batch_size, **options)
    finally:
        counted.seconds += counted.clock() - start
        counted.steps += epochs * -(-len(data[0] if isinstance(data, tuple) else data) // batch_size)

training.fit = fit
del fit, perf_counter, types
"""


def run(path):
    """Run a notebook; returns its seconds, those in `fit`, and the steps of `fit`."""
    book = nbformat.read(path, 4)
    first = next(cell for cell in book.cells if cell.cell_type == "code")
    first.source += COUNTED
    book.cells.append(nbformat.v4.new_code_cell("print(counted.seconds, counted.steps)"))
    client = NotebookClient(book, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}})
    start = time.perf_counter()
    client.execute()
    fitting, steps = book.cells[-1].outputs[0].text.split()
    return time.perf_counter() - start, float(fitting), int(steps)


def main(numbers):
    """Run the notebooks whose names begin with the numbers, or all; print a table."""
    paths = [path for path in sorted(FOLDER.glob("*.ipynb")) if not numbers or path.name[:2] in numbers]
    if not paths or len(paths) < len(numbers):
        sys.exit(f"Notebooks are named by two digits, as in 04; got {' '.join(numbers)}.")
    print(f"on {training.device()}: seconds, in fit, steps of fit as planned")
    totals = [0, 0, 0]
    for path in paths:
        counts = run(path)
        totals = [total + count for total, count in zip(totals, counts, strict=True)]
        print(f"{path.stem:30} {counts[0]:6.1f} {counts[1]:6.1f} {counts[2]:7d}", flush=True)
    print(f"{'in all':30} {totals[0]:6.1f} {totals[1]:6.1f} {totals[2]:7d}")


if __name__ == "__main__":
    main(sys.argv[1:])
