"""A line between the portal and PostgreSQL that can be made slow: what passes is held back as long as a test says."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress


class SlowLine:
    """Listens on a port of 127.0.0.1 and passes everything on to a socket of PostgreSQL."""

    def __init__(self, port: int, target: str):
        self.port, self.target = port, target
        self.delay = 0.0
        """Seconds that each piece from the portal waits."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def open(self) -> None:
        """Begin to listen."""
        started = threading.Event()
        self._started = started
        self._thread.start()
        assert started.wait(10)

    def close(self) -> None:
        """Stop; every line breaks."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    stop = close

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._pass, "127.0.0.1", self.port))
        self._started.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        with suppress(asyncio.CancelledError):
            self._loop.run_until_complete(asyncio.gather(*asyncio.all_tasks(self._loop), return_exceptions=True))
        self._loop.close()

    async def _pass(self, reader, writer) -> None:
        inner, outer = await asyncio.open_unix_connection(self.target)
        await asyncio.gather(self._pump(reader, outer, slow=True), self._pump(inner, writer, slow=False))

    async def _pump(self, reader, writer, *, slow: bool) -> None:
        with suppress(OSError):
            while piece := await reader.read(65536):
                if slow and self.delay:
                    await asyncio.sleep(self.delay)
                writer.write(piece)
                await writer.drain()
        writer.close()
