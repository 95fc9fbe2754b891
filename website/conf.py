"""Sphinx's settings. website/build.py writes the pages that they are for."""

import os
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import translate  # noqa: E402

settings = tomllib.loads((HERE.parent / "pyproject.toml").read_text("utf-8"))
repository = settings["tool"]["series"]["repository"]

language = os.environ["SITE_LANGUAGE"]
said = translate.table("index") if language == "ko" else {}
project, show, hide = (said.get(text, text) for text in translate.SAID[:3])
html_title = html_short_title = project
extensions = ["myst_nb", "katex_math", "korean_search"]
templates_path = ["templates"]
myst_enable_extensions = ["dollarmath", "amsmath"]
myst_dmath_double_inline = True
myst_heading_anchors = 3

# Saved outputs only: no kernel, no widgets, and nothing from another host.
nb_execution_mode = "off"
nb_ipywidgets_js = {}
nb_merge_streams = True
nb_render_markdown_format = "myst"  # "commonmark", the default, has no tables
nb_code_prompt_show, nb_code_prompt_hide = show, hide

html_theme = "sphinx_book_theme"
html_static_path = ["static", "katex"]
html_css_files = ["katex.min.css", "series.css"]
html_js_files = ["series.js"]
html_math_renderer = "katex"
html_favicon = "static/favicon.svg"
html_copy_source = html_show_sourcelink = html_use_index = html_domain_indices = False
html_last_updated_fmt = None  # the same bytes on every build
html_context = {"default_mode": "auto"}
html_theme_options = {
    "logo": {"text": project},
    "home_page_in_toc": False,
    "show_toc_level": 1,
    "use_download_button": False,
    "use_fullscreen_button": False,
    "article_header_end": ["language.html", "article-header-buttons.html"],
    "footer_content_items": ["extra-footer.html"],
    "secondary_sidebar_items": {"**": ["page-toc.html"], "index": []},
    "navbar_persistent": [],  # the default is a second search button in an empty bar
    "navigation_with_keys": False,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
if repository:
    owner, name = repository.split("/")
    html_baseurl = f"https://{owner}.github.io/{name}/" + ("ko/" if language == "ko" else "")
    html_theme_options |= {
        "repository_url": f"https://github.com/{repository}",
        "repository_branch": "main",
        "path_to_docs": "notebooks",
        "use_repository_button": True,
        "launch_buttons": {"colab_url": "https://colab.research.google.com"},
    }
