"""A samples file in which a page was lost or another program wrote: readers say so, and the watcher begins it anew."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from cockpit.release.health import ProbeResult, ProbeState, advance
from cockpit.release.log_digest import EndpointCount, ErrorCount, LogDigest
from cockpit.samples.looking_back import LookingBack
from cockpit.samples.reader import SampleReader
from cockpit.samples.schema import FILE_NAME
from cockpit.samples.writer import SampleWriter

NOW = 1_800_000_000.0


def _watch(writer: SampleWriter, at: float) -> None:
    result = ProbeResult("api", ProbeState.OK, 12.5, "200 OK", at, (), "here")
    writer.record(result, advance(None, result)[0])
    errors = (ErrorCount("error", "it failed", 2, at, at, "it failed"),)
    writer.digest("app", at, LogDigest(looked=9, errors=errors, endpoints=(EndpointCount("/pay", 3, 1, {7: 3}),)))
    writer.beat("here", 7, at)
    writer.flush()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE series SET name = x'ff'",
        "UPDATE log_endpoint SET latencies = 'none'",
        "UPDATE log_endpoint SET count = x'ff'",
        "UPDATE log_error SET count = x'ff', level = x'ff'",
        "UPDATE rollup SET latencies = x'c1', total_ms = 'x'",
        "UPDATE watcher SET at = x'ff'",
        "UPDATE watched SET since = x'ff'",
        "DROP TABLE rollup",
        "DROP TABLE stretch",
        "ALTER TABLE current RENAME COLUMN debounced TO debgunced",
        "DROP TABLE series; CREATE TABLE series (name); INSERT INTO series VALUES (NULL), (7)",
    ],
)
def test_what_the_tables_cannot_hold_stops_nobody(statement: str, tmp_path: Path) -> None:
    with SampleWriter(tmp_path) as writer:
        _watch(writer, NOW)
    connection = sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)
    connection.executescript(statement)
    connection.close()
    with SampleReader(tmp_path) as reader:
        back = LookingBack(reader)
        assert not [endpoint for endpoint in back.endpoints("app", 0, NOW * 2) if endpoint.count != 3]
        assert not [beat for beat in reader.heartbeats() if beat.at != NOW]
        assert [*back.watched(0, NOW * 2)] in ([], ["here"])
        back.errors("app", 0, NOW * 2)
        reader.rollups("api", 60, 0, NOW * 2)
    with SampleWriter(tmp_path) as writer:
        for turn in range(1, 4):
            _watch(writer, NOW + turn)
            writer.retain({"api"})
            writer.prune(NOW + turn)
        assert writer.trouble == ""
    with SampleReader(tmp_path) as reader:
        assert reader.current()["api"].result.at == NOW + 3
        assert reader.trouble == ""


@pytest.mark.parametrize("name", [b"debounced", b"result"])
def test_a_name_in_the_tables_that_is_no_text_is_damage(name: bytes, tmp_path: Path) -> None:
    with SampleWriter(tmp_path) as writer:
        _watch(writer, NOW)
    path = tmp_path / FILE_NAME
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=DELETE")
    connection.close()
    path.write_bytes(path.read_bytes().replace(name, b"\xff" * len(name)))
    with SampleWriter(tmp_path) as writer:
        for turn in range(1, 4):
            _watch(writer, NOW + turn)
        assert writer.trouble == ""
    with SampleReader(tmp_path) as reader:
        assert reader.current()["api"].result.at == NOW + 3


@pytest.mark.parametrize("odd", ["digest", "count", "number"])
def test_a_value_that_cannot_be_written_is_dropped_and_the_file_stays(odd: str, tmp_path: Path) -> None:
    with SampleWriter(tmp_path) as writer, SampleReader(tmp_path) as reader:
        _watch(writer, NOW)
        if odd == "digest":
            writer.digest("app", NOW + 1, LogDigest(looked=1, patterns={"\ud800": 1}))
        elif odd == "count":
            writer.count("\udcff", int(NOW), lines=1, errors=0, warnings=0)
        else:
            writer.count("app", int(NOW), lines=2**70, errors=0, warnings=0)
        _watch(writer, NOW + 1)
        assert "cannot be written, and is dropped" in writer.trouble
        _watch(writer, NOW + 2)
        assert writer.trouble == ""
        assert [sample.at for sample in reader.windows(["api"], 0, 9)["api"]] == [NOW, NOW + 1, NOW + 2]
    assert not (tmp_path / f"{FILE_NAME}.damaged").exists()
