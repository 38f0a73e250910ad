"""What stands within one line of Markdown: its plain words, and where its links lead."""

from __future__ import annotations

from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

# Beyond these the parser may take time that grows with the square of the text; such a text is taken as it is.
_LONGEST = 5000
_MOST = {"[": 60, "<": 100, "*": 400, "_": 400, "`": 400}


class Inline:
    """Reads lines of one document; `environment` is its `Document.environment`."""

    def __init__(self, environment: dict[str, Any]) -> None:
        self._parser = MarkdownIt("commonmark")
        self._environment = environment

    def plain(self, text: str) -> str:
        """Return the words of `text` without its markup, or `text` itself where nothing would be left."""
        words = "".join(self._words(self._tokens(text))) if any(mark in text for mark in "[<*_`\\&!") else text
        return " ".join(words.split()) or text

    def links(self, text: str) -> tuple[tuple[str, str], ...]:
        """Return (title, address) of every link to the web in `text`, each address once."""
        if "](" not in text and "][" not in text and "<http" not in text and "]" not in text:
            return ()
        found: dict[str, str] = {}
        address, title = "", ""
        for token in self._tokens(text):
            if token.type == "link_open":
                address, title = str(token.attrGet("href") or ""), ""
            elif token.type == "link_close":
                if address.startswith(("http://", "https://")):
                    found.setdefault(address, " ".join(title.split()) or address)
                address = ""
            elif address:
                title += "".join(self._words([token]))
        return tuple((title, address) for address, title in found.items())

    def _tokens(self, text: str) -> list[Token]:
        if len(text) > _LONGEST or any(text.count(mark) > most for mark, most in _MOST.items()):
            return [Token("text", "", 0, content=text)]
        (line,) = self._parser.parseInline(text, self._environment)
        return line.children or []

    @staticmethod
    def _words(tokens: list[Token]) -> list[str]:
        return [token.content if token.type != "softbreak" else " " for token in tokens if token.type != "html_inline"]
