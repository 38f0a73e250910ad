"""What a YAML syntax error most likely is, in words that say what to write instead."""

from __future__ import annotations

import yaml

# libyaml's complaint → what would be right.
_ADVICE = {
    "mapping values are not allowed in this context": "if this colon belongs to a text, put the text in quotes",
    "did not find expected key": "write key: value, and indent it like the keys above it",
    "could not find expected ':'": "write key: value, and indent it like the keys above it",
    "did not find expected '-' indicator": "begin the line with '- ', indented like the list's other entries",
    "did not find expected ',' or ']'": "close the list with ']', or put a text that begins with '[' in quotes",
    "did not find expected ',' or '}'": "close the mapping with '}', or put a text that begins with '{' in quotes",
    "found unexpected end of stream": "close the quote",
    "found unexpected document indicator": "close the quote",
    "found unknown escape character": "in double quotes a backslash is written twice; in single quotes once",
    "block sequence entries are not allowed in this context": "begin a list on a line of its own",
    "did not find expected <document start>": "indent every line of the file's one mapping alike",
    "found undefined tag handle": "remove the tag, or put a text that begins with '!' in quotes",
}
_RESERVED = "@`%"
# Complaints raised where the file went on, about what was begun earlier and never completed.
_BEGUN_EARLIER = {
    "could not find expected ':'",
    "found unexpected end of stream",
    "found unexpected document indicator",
}


def explain(error: yaml.MarkedYAMLError, text: str) -> tuple[int, int, str]:
    """Return line and column (from 1) and a message for a syntax error in `text`."""
    mark = error.problem_mark or error.context_mark
    if error.problem in _BEGUN_EARLIER:
        mark = error.context_mark or mark
    if mark is None:
        return 1, 1, f"{error.problem}: this is not YAML"
    line, column = mark.line + 1, mark.column + 1
    character = text[mark.index : mark.index + 1]
    if character == "\t":
        return line, column, "a tab cannot indent: use spaces"
    if error.problem == "found character that cannot start any token" and character in _RESERVED:
        return line, column, f"a text cannot begin with {character}: put it in quotes"
    where = ""
    if error.context is not None:
        where = f" {error.context}"
        if error.context_mark is not None and error.context_mark.line != mark.line:
            where += f" that begins at line {error.context_mark.line + 1}"
    problem = error.problem or "not YAML"
    advice = _ADVICE.get(problem, "see https://yaml.org/spec/1.2.2 for the notation, or put the text in quotes")
    return line, column, f"{problem}{where}: {advice}"
