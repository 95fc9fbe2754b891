"""Formulas are set while the site is built, by KaTeX in V8: the pages need no script for them."""

from functools import cache
from html import escape
from pathlib import Path

from docutils import nodes
from py_mini_racer import MiniRacer
from sphinx.util import logging

log = logging.getLogger(__name__)


@cache
def engine():
    racer = MiniRacer()
    racer.eval((Path(__file__).parent / "katex" / "katex.min.js").read_text("utf-8"))
    return racer


@cache
def formula(tex, display):
    options = {"displayMode": display, "throwOnError": True, "strict": "ignore"}
    return engine().call("katex.renderToString", tex, options)


def written(self, node, display, tag):
    tex = node.astext()
    try:
        html = formula(tex, display)
    except Exception as error:
        why = str(error).splitlines()[0].partition("ParseError: ")[2]
        log.warning("KaTeX cannot set $%s$ (%s). Write it otherwise.", tex, why, location=node)
        html = f"<code>{escape(tex)}</code>"
    self.body.append(self.starttag(node, tag, "", CLASS="math notranslate nohighlight") + html + f"</{tag}>")
    raise nodes.SkipNode


def setup(app):
    app.add_html_math_renderer("katex", inline_renderers=(lambda s, n: written(s, n, False, "span"), None),
                               block_renderers=(lambda s, n: written(s, n, True, "div"), None))  # fmt: skip
    return {"parallel_read_safe": True, "parallel_write_safe": True}
