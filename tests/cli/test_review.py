"""`cockpit review` and `cockpit status --at`: one document, the same in every format, completed by name."""

from __future__ import annotations

import json

from markdown_it import MarkdownIt

from tests.cli.conftest import Console

HOSTILE = "<b>bold</b> | **x** \x1b[31m red"


def test_a_review_is_completed_and_the_next_one_begins_there(console: Console) -> None:
    console.json("note", HOSTILE)
    first = console.json("review", "--by", "Ana", "--done")
    assert first["begins"] == "the run was opened"
    assert first["completed"] is True
    assert first["coverage"]["watched"] == 0.0
    hour = console.json("review", "--since", "1h")
    assert [gap["since"] for gap in hour["coverage"]["gaps"]] == [hour["since"]]
    assert HOSTILE in " ".join(change["text"] for who in first["changes"] for change in who["changes"])
    second = console.json("review")
    assert second["since"] == first["until"]
    assert (second["begins"], second["last"]["by"]) == ("the last review, by Ana", "Ana")
    assert any("completed the review" in change["text"] for who in second["changes"] for change in who["changes"])
    status, timeline, _ = console.say("timeline")
    assert (status, "completed the review of" in timeline) == (0, True)


def test_reviews_go_on_where_no_run_is_open_any_more(console: Console) -> None:
    console.say("release", "resume")
    first = console.json("review", "--done")
    assert console.say("release", "close")[0] == 0
    after = console.json("review")
    assert after["run"] is None
    assert after["since"] == first["until"]
    assert console.json("review", "--since", "1h", "--done")["completed"] is True
    assert console.json("status", "--at", after["until"])["run"] is None


def test_all_formats_say_the_same_and_text_stays_text(console: Console) -> None:
    console.json("note", HOSTILE)
    assert console.json("review").keys() == json.loads(console.say("review", "--format", "json")[1]).keys()
    html = console.say("review", "--format", "html")[1]
    markdown = console.say("review", "--format", "md")[1]
    lines = console.say("review")[1]
    for text in (html, markdown, lines):
        assert "Who did what" in text
        assert "\x1b" not in text
    assert "<b>bold" not in html
    assert "<b>" not in MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(markdown)
    assert "<script" not in html
    assert "default-src 'none'" in html


def test_what_cannot_be_reviewed_is_refused_with_what_would_do(console: Console) -> None:
    assert "--since 24h" in console.refused("review", "--since", "2030-01-01T00:00:00Z", code=2)["fix"]
    assert "last, launch, yesterday" in console.refused("review", "--since", "soon", code=2)["fix"]
    console.refused("review", "--at", "1s", "--done", code=2)
    console.refused("--readonly", "review", "--done", code=4)


def test_a_review_of_before_the_run_was_opened_knows_of_no_run(console: Console) -> None:
    found = console.json("review", "--at", "2020-01-01T00:00:00Z")
    assert found["run"] is None
    assert found["summary"][0] == "No release of shop is open."
    assert not any("1970" in sentence or "items are open" in sentence for sentence in found["summary"])
    assert console.say("review", "--at", "2020-01-01T00:00:00Z")[1].startswith("Review of shop staging\n")


def test_the_status_of_then_is_what_was_known_then(console: Console) -> None:
    from datetime import UTC, datetime

    before = console.json("status")
    at = datetime.now(UTC).isoformat()
    console.json("item", "tick", "day/before/look")
    assert console.json("status")["items"][0]["state"] == "done"
    then = console.json("status", "--at", at)
    assert then["items"][0]["state"] == "open"
    assert then["digest"] == before["digest"]
    assert then["as_of"][:19] == at[:19]
    assert then["logs"] == []
    assert console.say("status", "--at", at)[1].startswith("AS OF ")
    console.refused("status", "--at", "2030-01-01T00:00:00Z", code=2)
    past = console.json("review", "--since", "1h", "--at", at)
    assert "look" not in json.dumps(past["changes"]).lower()
