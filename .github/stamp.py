"""Name the repository that the first cell of a notebook clones where it finds no helpers.

`python3 .github/stamp.py owner/name` (make colab REPO=owner/name) writes the name into pyproject.toml, where
it is kept, and from there into the first cell of every notebook, and into its links and README.md's: to Colab
and to the website.
"""

import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def stamp(repo, root=ROOT):
    """Write the repository's name into pyproject.toml, the notebooks under root and README.md.

    repo: "owner/name" on GitHub, or "" to take it out again. Raises ValueError for another form.
    """
    if repo and (not re.fullmatch(r"[\w.-]+/[\w.-]+", repo) or repo.endswith(".git")):
        raise ValueError(f"The repository is named owner/name, for example jane/autoencoders; not {repo!r}.")

    site = "https://{}.github.io/{}/".format(*repo.split("/")) if repo else ""

    def links(text):
        def link(match):
            colab = f"https://colab.research.google.com/github/{repo}/blob/main/{match[1]}"
            page = match[1].removeprefix("notebooks/").replace(".ipynb", ".html")
            text = f"[Open in Colab]({colab}) · [On the website]({site}{page})" if repo else ""
            return f"<!-- colab {match[1]} -->{text}<!-- /colab -->"

        text = re.sub(r"<!-- colab (\S+) -->.*?<!-- /colab -->", link, text)
        front = f"**[Read and explore it on the website]({site})**, with nothing to install." if repo else ""
        mark = f"<!-- website -->{front}<!-- /website -->"
        return re.sub(r"<!-- website -->.*?<!-- /website -->", mark, text)

    for path in [path for part in ("", "ko") for path in (root / "notebooks" / part).glob("*.ipynb")]:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            source = links("".join(cell["source"]))
            source = re.sub(r'^REPO = "[^"]*"', f'REPO = "{repo}"', source, flags=re.MULTILINE)
            cell["source"] = source.splitlines(keepends=True)
        path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    readme, project = root / "README.md", root / "pyproject.toml"
    text = links(readme.read_text(encoding="utf-8"))
    text = re.sub(r"github\.com/\S+ series", f"github.com/{repo or 'OWNER/NAME'} series", text)
    readme.write_text(text, encoding="utf-8")
    line = f'repository = "{repo}"'
    text = re.sub(r'^repository = "[^"]*"', line, project.read_text("utf-8"), flags=re.MULTILINE)
    project.write_text(text, "utf-8")


if __name__ == "__main__":
    stamp(sys.argv[1])
