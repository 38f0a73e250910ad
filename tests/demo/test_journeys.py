from __future__ import annotations

import itertools

from cockpit.demo.journeys import visits


def test_one_request_in_about_eleven_is_a_payment() -> None:
    calls = [call.path for visit in itertools.islice(visits(), 300) for call in visit.calls]
    assert 10 < len(calls) / calls.count("/payment") < 12


def test_visits_are_the_same_every_time() -> None:
    assert list(itertools.islice(visits(3), 30)) == list(itertools.islice(visits(3), 30))
    assert len({visit.session for visit in itertools.islice(visits(), 200)}) == 200


def test_a_form_is_posted_with_its_length() -> None:
    visit = next(visits())
    call = next(call for call in visit.calls if call.form)
    head, _, body = visit.head(call).partition(b"\r\n\r\n")
    assert head.startswith(f"POST {call.path} HTTP/1.1\r\n".encode())
    assert f"Content-Length: {len(body)}".encode() in head.split(b"\r\n")
    assert body == call.form.encode()
