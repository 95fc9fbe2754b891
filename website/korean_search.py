"""Search in Korean, which Sphinx lacks. Particles follow nouns without a space: beginnings of words count."""

import re

from sphinx.search import SearchLanguage


class SearchKorean(SearchLanguage):
    lang = "ko"
    language_name = "Korean"

    def stem(self, word):
        return word.lower()

    def split(self, text):
        """Words; of those in Hangul also their beginnings of two to five letters; of VAE는 also VAE."""
        words = super().split(text)
        for word in list(words):
            if parts := re.fullmatch(r"([A-Za-z0-9]*)([가-힣]+)", word):
                words += [parts[1]] if parts[1] else []
                words += [parts[2][:n] for n in range(2, min(len(parts[2]), 6))]
        return words


def setup(app):
    app.add_search_language(SearchKorean)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
