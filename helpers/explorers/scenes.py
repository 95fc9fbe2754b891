"""Scenes: a drawing with sliders that runs in the page without a kernel. The drawing is JavaScript."""

from helpers.explorers import FOLDER, Explorer, export


def scene(draw_js, sliders, data, still, alt, size=(760, 300), play=None):
    """A drawing in the page that follows its sliders. Returns an Explorer to display.

    draw_js: the body of a JavaScript function of (pen, width, height, values, data, plot, colours) that draws
    on an empty canvas and may return a line of text, shown below it. values: the sliders' values, in order.
    plot: see scenes.js. colours: those of plots.COLOUR. sliders: (label, low, high, start, step). data: a
    dict that JSON can hold. still: a matplotlib Figure for pages that run no scripts. alt: what the drawing
    shows, in a sentence. size: in CSS pixels; a narrow screen gives less width, but never under 480.
    play: the label of the slider that a play button moves.
    Raises ValueError for a slider that cannot move or a play slider that does not exist.
    """
    labels = [label for label, *_ in sliders]
    if play not in (None, *labels):
        raise ValueError(f"There is no slider {play!r} to play, only {', '.join(labels)}.")
    for label, low, high, start, step in sliders:
        if not (low <= start <= high and low < high and step > 0):
            raise ValueError(f"The slider {label!r} needs low ≤ start ≤ high, low < high and a step over 0.")
    if "</script" in draw_js:
        raise ValueError('"</script" in draw_js would end the script.')
    spec = {"sliders": sliders, "data": data, "alt": alt, "size": size}
    spec["play"] = labels.index(play) if play else -1
    script = (FOLDER / "scenes.js").read_text("utf-8")
    draw = f"(pen, width, height, values, data, plot, colours) => {{\n{draw_js}\n}}"
    return Explorer(spec, export.pack({}), still, alt, script, f"(root, spec) => scene(root, spec, {draw})")
