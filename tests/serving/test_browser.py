"""A real browser: the page shows the app, takes keys, asks nobody else, and its own policy stops nothing."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.execution.flight import Flight
from tests.serving.chromium import Chromium
from tests.serving.served import Served, soon

pytestmark = pytest.mark.full

# A browser without a window has no clipboard of its own.
CLIPBOARD = "window.copied = []; navigator.clipboard.writeText = async text => { window.copied.push(text); };"

# Text from elsewhere that claims to end in its midst.
PASTE = """(() => {
  const data = new DataTransfer();
  data.setData("text/plain", "text\\x1b[201~2");
  const event = new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true});
  document.querySelector(".xterm-helper-textarea").dispatchEvent(event);
})()"""


async def test_the_app_in_a_browser(flight: Flight, tmp_path: Path) -> None:
    with Served(flight.repo) as served:
        async with Chromium(tmp_path / "profile") as browser:
            blank = await browser.picture()
            await browser.call("Page.addScriptToEvaluateOnNewDocument", source=CLIPBOARD)
            await browser.open(served.url)
            seen = await browser.until("Look")
            assert "▸· Look" in seen, "signs, not their ASCII"
            drawn = await browser.picture()
            assert len(drawn) > 2 * len(blank), "an even picture packs to nearly nothing"
            address = await browser.evaluate("location.href")
            assert urlsplit(address).netloc == urlsplit(served.url).netloc
            assert "token" not in address
            assert await browser.evaluate("document.cookie") == ""

            digest = flight.json("status")["digest"]
            await browser.press(" ")
            await browser.until("read-only")
            assert flight.json("status")["digest"] == digest
            await browser.press("y")
            await browser.until("sent to the terminal's clipboard")
            assert "Look" in await browser.evaluate("window.copied.join()")
            await browser.evaluate(PASTE)
            await browser.press("?")
            assert "Keys on Logs" not in await browser.until("Keys on "), "what is pasted is no key"
            await browser.press("?")
            await browser.press("2")
            await browser.until("the till is open")
            await browser.press("?")
            await browser.until("Keys on Logs")

            await browser.resize(700, 420)
            await soon(lambda: painted_as_resized(browser))

            asked = [one["request"]["url"] for one in browser.of("Network.requestWillBeSent")]
            asked += [one["url"] for one in browser.of("Network.webSocketCreated")]
            assert len(asked) > 5
            assert {urlsplit(url).netloc for url in asked if not url.startswith("data:")} == {
                urlsplit(served.url).netloc
            }
            assert browser.complaints() == []
            answers = {
                one["response"]["url"]: one["response"]["headers"] for one in browser.of("Network.responseReceived")
            }
            assert "default-src 'none'" in answers[address]["Content-Security-Policy"]

            await browser.open("about:blank")
            await soon(lambda: not served.sessions())
    assert served.rest == ("", "")


def painted_as_resized(browser: Chromium) -> bool:
    """Return whether the app has painted all of a terminal of the size that the page has last told it."""
    height, painted = 0, False
    for event in browser.events:
        payload = event["params"].get("response", {}).get("payloadData", "")
        if event["method"] == "Network.webSocketFrameSent" and "resize" in payload:
            height, painted = json.loads(payload)[1]["height"], False
        elif event["method"] == "Network.webSocketFrameReceived" and height:
            rows = {int(row) for row in re.findall(rb"\x1b\[(\d+);1H", base64.b64decode(payload))}
            # What was on its way when the page told it is of the size before.
            painted |= len(rows) > height // 2 and max(rows) == height
    return painted and height < 30
