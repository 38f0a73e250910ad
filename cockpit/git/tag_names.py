"""Tag names between git's bytes and a person's eyes and hands."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from cockpit.patterns import pattern
from cockpit.release.tags import Tag
from cockpit.text import visible

_TYPABLE = pattern(r"[!-\[\]-~]{1,64}")  # without the backslash, which only our escapes have
# What git, or a person, would take for something else: HEAD, an option, a path of refs, an object id.
_LOOKS_LIKE_GIT = pattern(
    r"(?:.*_)?HEAD|@|-.*|(?:refs|heads|tags|remotes)/.*|(?=[0-9]*[a-f])[0-9a-f]{7,64}|[0-9]{40}|[0-9]{64}",
    re.IGNORECASE,
)
_LOOK_ALIKE = str.maketrans({"o": "0", "l": "1", "i": "1", "|": "1"})
# As git-check-ref-format(1) forbids them; each would make git read more than a name.
_ILLEGAL = pattern(rb"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|^/|/$|^$")


class TagName(Struct, frozen=True, gc=False):
    """A name as `Tag` keeps it: exact where it is UTF-8, escaped for display, percent-encoded where it is not UTF-8."""

    name: str
    display: str
    raw: str


def decode_name(name: bytes) -> TagName:
    """Return the text forms of a ref name's bytes."""
    try:
        text = name.decode()
    except UnicodeDecodeError:
        from urllib.parse import quote_from_bytes  # few have such names, and it brings `ipaddress` along

        display = visible(name.decode("utf-8", "surrogateescape"))
        return TagName(display, display, quote_from_bytes(name))
    return TagName(text, visible(text), "")


def encode_name(tag: Tag) -> bytes:
    """Return the bytes of a tag's name as git has them."""
    if not tag.raw:
        return tag.name.encode()
    from urllib.parse import unquote_to_bytes  # as above

    return unquote_to_bytes(tag.raw)


def legal_name(name: bytes) -> bool:
    """Whether git could have a ref of this name, so that it holds no revision syntax such as `~1` or `^{tree}`."""
    return _ILLEGAL.search(name) is None


def typable_names(names: Sequence[str]) -> list[bool]:
    """Say of each name whether a person can type it and mean no other: plain ASCII, of typing length, nothing that
    git takes for something else, and no second name that differs by case or by 0 and O, 1, l and I alone.
    """
    alike = "\n".join(names).casefold().translate(_LOOK_ALIKE).split("\n") if names else []
    count = Counter(alike)
    return [
        count[skeleton] == 1 and _TYPABLE.fullmatch(name) is not None and _LOOKS_LIKE_GIT.fullmatch(name) is None
        for name, skeleton in zip(names, alike, strict=True)
    ]
