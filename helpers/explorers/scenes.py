"""Scenes: a drawing with sliders that runs in the page without a kernel. The drawing is JavaScript."""

from helpers.explorers.export import FILES, Explorer, pack


def scene(draw_js, sliders, data, still, alt, size=(760, 300), play=None):
    """A drawing in the page that follows its sliders. Returns an Explorer to display.

    draw_js: the body of a JavaScript function of (pen, width, height, values, data, plot, colours) that draws
    on an empty canvas and may return a line of text, shown below it. values: the sliders' values, in order;
    plot: see scenes.js; colours: as plots.COLOUR. sliders: (label, low, high, start, step). data: a dict that
    JSON can hold. still: a matplotlib Figure for pages that run no scripts. alt: what it shows, a sentence.
    size: in CSS pixels; a phone gives less width, never under 480. play: the slider that a button moves.
    Raises ValueError for a slider that cannot move or a play slider that does not exist.
    """
    fit = all(low <= start <= high and low < high and step > 0 for _, low, high, start, step in sliders)
    if not fit or play not in (None, *[label for label, *_ in sliders]):
        raise ValueError("A slider needs low ≤ start ≤ high, low < high and a step over 0; play names one.")
    spec = {"sliders": sliders, "data": data, "alt": alt, "size": size, "play": play}
    draw = f"(pen, width, height, values, data, plot, colours) => {{\n{draw_js}\n}}"
    files, build = (*FILES, "scenes.js"), f"(...args) => scene(...args, {draw})"
    return Explorer(spec, pack({}), still, alt, files, build)
