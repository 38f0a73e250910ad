"""Records that come one by one are equal to what was read, and hold what repeats once."""

from __future__ import annotations

from msgspec.structs import asdict

from cockpit.release.events import NoteAdded
from cockpit.release.record import Actor, Record, TextRef
from cockpit.release.sharing import Sharing


def _read(number: int, writer: str, before: Record | None) -> Record:
    """A record as it is read from a line of its own: every word is another object."""

    def word(text: str) -> str:
        return text.encode().decode()

    ref = TextRef(word(f"{number:064x}"), 5)
    return Record(
        id=word(f"{writer}-{number}"), w=word(writer), s=number, prev=None if before is None else word(before.id),
        h=(number, 0), wall=word(f"2026-11-27T12:00:{number:02}Z"), by=Actor(word("ana"), word("ana@example.org")),
        host=word("h1"), stream=word("shop/live/spring-1"), kind=word("note.added"), ent=word("run"), sup=(),
        data=NoteAdded(ref),
    )  # fmt: skip


def test_what_repeats_is_there_once_and_nothing_is_another_record() -> None:
    sharing = Sharing()
    read: list[Record] = []
    for number in range(1, 20):
        for writer in ("writer-one", "writer-two"):
            before = next((record for record in reversed(read) if record.w == writer), None)
            read.append(_read(number, writer, before))
    shared = [found for record in read for found in sharing.share([record])]
    assert [asdict(record) for record in shared] == [asdict(record) for record in read]
    for name, count in {"w": 2, "host": 1, "stream": 1, "kind": 1, "ent": 1, "by": 1}.items():
        assert len({id(getattr(record, name)) for record in read}) == len(read), "as it is read"
        assert len({id(getattr(record, name)) for record in shared}) == count, name
    ids = {id(record.id) for record in shared}
    assert all(record.prev is None or id(record.prev) in ids for record in shared)


def test_a_record_whose_predecessor_is_not_here_keeps_what_it_names() -> None:
    sharing = Sharing()
    first, third = _read(1, "one", None), _read(3, "one", _read(2, "one", None))
    assert [record.prev for record in sharing.share([first, third])] == [None, "one-2"]
