"""A registry on the loopback interface, so that pull, push, search and login need no network."""

import asyncio
import json
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from aiohttp import web

from harness.daemon.archives import ImageParts
from harness.daemon.registry_routes import Routes, Visit
from harness.daemon.registry_store import Store, digest_of
from harness.model.errors import DaemonError

__all__ = ["Registry", "Visit"]

_ADDRESS = "127.0.0.1"
_PATIENCE = 5.0
_REMEMBERED = 10_000
_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"


@dataclass(eq=False, slots=True)
class Registry:
    """A registry that runs in a thread while it is entered; all it holds is in memory.

    With a `user`, it refuses those who do not log in. `enter` is called in its thread before it
    listens: a managed daemon's `network.enter` puts it into that daemon's network. `port` 0 is
    any that is free.
    """

    user: str = ""
    password: str = field(default="", repr=False)
    port: int = 0
    enter: Callable[[], None] | None = None
    store: Store = field(default_factory=Store, repr=False)
    _files: dict[str, bytes] = field(default_factory=dict, repr=False)
    _visits: deque[Visit] = field(default_factory=lambda: deque(maxlen=_REMEMBERED), repr=False)
    _thread: threading.Thread | None = None
    _loop: asyncio.AbstractEventLoop | None = None
    _end: asyncio.Event | None = None

    @property
    def host(self) -> str:
        """Return the address, as it stands before the slash in an image's name."""
        return f"{_ADDRESS}:{self.port}"

    @property
    def visits(self) -> tuple[Visit, ...]:
        """Return what came here, oldest first; only so many of the last are remembered."""
        return tuple(self._visits)

    def offer(self, name: str, content: bytes) -> str:
        """Serve some bytes as a file, such as a build context, and return its address."""
        self._files[name] = content
        return f"http://{self.host}/files/{name}"

    def add(self, name: str, parts: ImageParts, tag: str = "latest") -> str:
        """Hold an image or a plugin as if somebody had pushed it; return the manifest's digest."""
        for content in (parts.config, parts.layer):
            self.store.put_blob(content)
        manifest = {
            "schemaVersion": 2,
            "mediaType": _MANIFEST,
            "config": _described(parts.config, parts.config_type),
            "layers": [_described(parts.layer, _LAYER)],
        }
        content = json.dumps(manifest).encode()
        return self.store.put_manifest(name, tag, content, _MANIFEST).digest

    def start(self) -> None:
        """Begin to listen; raise DaemonError where that cannot be."""
        started: Future[int] = Future()
        self._thread = threading.Thread(
            target=self._serve, args=(started,), name="registry", daemon=True
        )
        self._thread.start()
        try:
            self.port = started.result(_PATIENCE)
        except TimeoutError as error:
            raise DaemonError("the loopback registry did not start") from error
        except OSError as error:
            reason = error.strerror or str(error)
            raise DaemonError(f"the loopback registry cannot listen: {reason}") from error

    def stop(self) -> None:
        """Stop listening; what was pushed stays readable."""
        loop, end, thread = self._loop, self._end, self._thread
        self._loop = self._end = self._thread = None
        if loop and end:
            loop.call_soon_threadsafe(end.set)
        if thread:
            thread.join(_PATIENCE)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _serve(self, started: "Future[int]") -> None:
        try:
            if self.enter:
                self.enter()
            asyncio.run(self._listen(started))
        except (OSError, DaemonError) as error:
            if started.done():
                raise
            started.set_exception(error)

    async def _listen(self, started: "Future[int]") -> None:
        routes = Routes(self.store, self._files, self._visits.append, self.user, self.password)
        runner = web.AppRunner(routes.application(), access_log=None, shutdown_timeout=1)
        await runner.setup()
        try:
            await web.TCPSite(runner, _ADDRESS, self.port).start()
            self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
            started.set_result(int(runner.addresses[0][1]))
            await self._end.wait()
        finally:
            await runner.cleanup()


def _described(content: bytes, media_type: str) -> dict[str, str | int]:
    return {"mediaType": media_type, "size": len(content), "digest": digest_of(content)}
