"""Strips that begin without caches do what Textual's do, and keep what was made of them."""

from __future__ import annotations

import gc
from collections.abc import Iterable
from importlib.util import find_spec, module_from_spec

from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment
from rich.style import Style
from textual.cache import FIFOCache
from textual.strip import Strip

from cockpit.tui.lean_strips import _SIZES, make_strips_lean

make_strips_lean()
RED = Style(color="red")
texts = st.text(st.sampled_from("ab 漢é"), max_size=6)
segments = st.lists(st.builds(Segment, texts, st.sampled_from([None, RED]), st.none()), max_size=4)


def textuals_own() -> type[Strip]:
    """Strips as Textual has them, from the module loaded once more."""
    spec = find_spec("textual.strip")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    own: type[Strip] = module.Strip
    return own


OWN = textuals_own()


def caches(strip: Strip) -> int:
    return sum(isinstance(held, FIFOCache) for held in gc.get_referents(strip))


def test_a_strip_begins_with_no_cache_and_keeps_what_is_made_of_it() -> None:
    own = OWN([Segment("hello", RED)], 5)
    assert caches(own) == len(_SIZES)
    assert {name: getattr(own, name)._maxsize for name in _SIZES} == _SIZES
    strip = Strip([Segment("hello", RED)], 5)
    assert caches(strip) == 0
    assert (strip.text, strip.cell_length, strip.cell_count, strip.link_ids) == ("hello", 5, 5, {""})
    cropped = strip.crop(1, 3)
    assert caches(strip) == 1
    assert strip.crop(1, 3) is cropped
    make_strips_lean()
    assert strip.crop(1, 3) is cropped


@given(segments, st.integers(0, 12), st.integers(0, 12))
def test_what_is_made_of_one_is_what_textual_makes(parts: list[Segment], start: int, width: int) -> None:
    def made(strip: Strip) -> list[list[Segment]]:
        cuts = [*range(1, strip.cell_length), strip.cell_length] if strip.cell_length else []
        strips: Iterable[Strip] = (
            strip.crop_extend(start, start + width, RED),
            strip.adjust_cell_length(width),
            strip.apply_style(RED),
            strip.apply_offsets(start, width),
            strip.simplify(),
            strip + strip,
            *strip.divide(cuts),
        )
        return [list(one) for one in strips]

    lean = Strip(parts)
    assert made(lean) == made(OWN(parts))
    assert made(lean) == made(lean)
