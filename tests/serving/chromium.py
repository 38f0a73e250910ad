"""A real browser without a window: told by the DevTools protocol what a person does, and asked what they see."""

from __future__ import annotations

import asyncio
import base64
import itertools
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp

from tests.parts import require
from tests.serving.served import PATIENCE, soon

SIZE = (1000, 640)  # pixels

# What xterm gives to the clipboard is what stands in its buffer.
_COPY = """(() => {
  const data = new DataTransfer();
  const event = new ClipboardEvent("copy", {clipboardData: data, bubbles: true, cancelable: true});
  document.querySelector(".xterm")?.dispatchEvent(event);
  return data.getData("text/plain");
})()"""


class Chromium:
    """A browser with one page; to be used by `async with`, whose end closes it."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._program = require("chromium")
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.events: list[dict[str, Any]] = []

    async def __aenter__(self) -> Self:
        width, height = SIZE
        self._process = await asyncio.create_subprocess_exec(
            *(
                self._program,
                "--headless=new",
                "--no-sandbox",
                "--no-zygote",
                "--no-first-run",
                "--disable-dev-shm-usage",
            ),
            *("--remote-debugging-port=0", f"--user-data-dir={self._home}", f"--window-size={width},{height}"),
            *("--disable-3d-apis", "about:blank"),  # a machine without a graphics card
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        told = self._home / "DevToolsActivePort"
        await soon(lambda: told.exists() and len(told.read_text().split()) == 2)
        port, path = told.read_text().split()
        self._http = aiohttp.ClientSession()
        self._socket = await self._http.ws_connect(f"ws://127.0.0.1:{port}{path}", max_msg_size=0)
        self._reading = asyncio.create_task(self._read())
        self._page: dict[str, str] = {}
        target = await self.call("Target.createTarget", url="about:blank")
        attached = await self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._page = {"sessionId": attached["sessionId"]}
        for domain in ("Page", "Network", "Runtime", "Log"):
            await self.call(f"{domain}.enable")
        await self.resize(width, height)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._page = {}
        await self.call("Browser.close")
        self._reading.cancel()
        await self._http.close()
        await asyncio.wait_for(self._process.wait(), PATIENCE)

    async def _read(self) -> None:
        async for message in self._socket:
            told = message.json()
            if "id" in told:
                self._answers[told["id"]].set_result(told)
            else:
                self.events.append(told)

    async def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = next(self._numbers)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": number, "method": method, "params": parameters, **self._page})
        told = await asyncio.wait_for(answer, PATIENCE)
        assert "error" not in told, f"{method}: {told}"
        result: dict[str, Any] = told["result"]
        return result

    async def open(self, url: str) -> None:
        await self.call("Page.navigate", url=url)

    async def evaluate(self, script: str) -> Any:
        """Return what a piece of JavaScript on the page yields."""
        answer = await self.call("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    async def resize(self, width: int, height: int) -> None:
        self._size = width, height
        await self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )

    async def press(self, key: str) -> None:
        """Press a key that types a character."""
        await self.call("Input.dispatchKeyEvent", type="keyDown", key=key, text=key)
        await self.call("Input.dispatchKeyEvent", type="keyUp", key=key)

    async def text(self) -> str:
        """Select all of the terminal, as one does by the mouse while Shift is held, and return what is selected."""
        width, height = self._size
        await self._mouse("mousePressed", 1, 1)
        await self._mouse("mouseMoved", width - 2, height - 2)
        await self._mouse("mouseReleased", width - 2, height - 2)
        return str(await self.evaluate(_COPY))

    async def _mouse(self, kind: str, x: int, y: int) -> None:
        await self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", modifiers=8, clickCount=1)

    async def until(self, wanted: str) -> str:
        """Wait until a text stands in the terminal, and return all of it."""
        seen = ""
        try:
            async with asyncio.timeout(PATIENCE):
                while wanted not in seen:
                    seen = await self.text()
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise AssertionError(f"waited in vain for {wanted!r}:\n{seen}\n{self.complaints()}") from None
        return seen

    async def picture(self) -> bytes:
        """Return what is to be seen, as PNG."""
        shot = await self.call("Page.captureScreenshot", format="png")
        return base64.b64decode(shot["data"])

    def of(self, method: str) -> list[dict[str, Any]]:
        """Return the parameters of all events of a kind."""
        return [event["params"] for event in self.events if event["method"] == method]

    def complaints(self) -> list[str]:
        """Return what the browser has said of errors: a script's, or what the page's policy has forbidden."""
        failed = [str(one["exceptionDetails"]) for one in self.of("Runtime.exceptionThrown")]
        return failed + [f"{one['entry']['text']} {one['entry'].get('url')}" for one in self.of("Log.entryAdded")]
