"""A widget drawn line by line, which keeps what it drew: only a line that has come to look otherwise is painted again.

It also looks up its own colours once for all lines: Textual walks up the tree for each.
"""

from __future__ import annotations

from collections.abc import Callable

from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip

from cockpit.tui.widgets.unframed import Unframed

_MOST_KEPT = 500  # lines


class DrawnLines(Unframed):
    """Base of what draws lines; a subclass says what stands in line `index`, counted from the first that scrolls.

    `refresh` paints everything anew, `renew` what has changed.
    """

    _own_style: Style | None = None
    _kept: dict[int, Strip] | None = None  # by index

    def draw_line(self, index: int) -> Strip:
        """Return a line as it looks now, as wide as there is room."""
        raise NotImplementedError

    def renew(self) -> None:
        """Draw the lines in view, and have those painted that look otherwise than when they were painted last."""
        self.renew_where(lambda _: True)

    def renew_where(self, may_differ: Callable[[int], bool]) -> None:
        """As `renew`, where it is known which of the lines that were painted can look otherwise at all."""
        kept, height = self._kept, self.scrollable_content_region.height
        if not kept or not height:
            self.refresh()
            return
        first = self.scroll_offset.y
        self._kept = {
            index: self._drawn(index) if index not in kept or may_differ(index) else kept[index]
            for index in range(first, first + height)
        }
        changed = [index - first for index, strip in self._kept.items() if kept.get(index) != strip]
        if changed:
            self.refresh(*(self._region_of(y) for y in changed))

    def renew_lines(self, *indices: int) -> None:
        """Draw and paint these lines alone, as far as they are in view."""
        for index in indices:
            if self._kept is not None:
                self._kept.pop(index, None)
        first, height = self.scroll_offset.y, self.scrollable_content_region.height
        regions = [self._region_of(index - first) for index in indices if first <= index < first + height]
        if regions:
            self.refresh(*regions)

    def render_line(self, y: int) -> Strip:
        """Return a line as it was drawn last."""
        index = y + self.scroll_offset.y
        if self._kept is None or len(self._kept) > _MOST_KEPT:
            self._kept = {}
        strip = self._kept.get(index)
        if strip is None:
            strip = self._kept[index] = self._drawn(index)
        return strip

    def forget(self) -> None:
        """Draw everything anew with the next frame."""
        self._own_style = self._kept = None

    def notify_style_update(self) -> None:
        """Draw everything anew in other colours."""
        self.forget()
        super().notify_style_update()

    def _set_dirty(self, *regions: Region) -> None:
        # By a `refresh`, or another size.
        if not regions:
            self.forget()
        super()._set_dirty(*regions)

    def _drawn(self, index: int) -> Strip:
        if self._own_style is None:
            self._own_style = self.rich_style
        return self.draw_line(index).apply_style(self._own_style)

    def _region_of(self, y: int) -> Region:
        return Region(0, y, self.scrollable_content_region.width, 1)
