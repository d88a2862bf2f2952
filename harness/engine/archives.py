"""The archives that calls send as whole bodies, by the second part of their token."""

from collections.abc import Callable, Mapping
from functools import cache

from harness.daemon.archives import build_context, file_archive, plugin_archive
from harness.engine.workshop import Workshop


def archives(shop: Workshop) -> Mapping[str, Callable[[], bytes]]:
    """Return what makes each archive for the calls of one run; each is made once."""
    return {
        "build": cache(lambda: build_context(shop.image)),
        "files": cache(lambda: file_archive({"contract.txt": b"contract\n"})),
        "rootfs": cache(lambda: file_archive({"contract.txt": b"contract\n"})),
        "image": cache(lambda: shop.ask("GET", f"/images/{shop.image}/get").body),
        "plugin": lambda: plugin_archive(note=shop.name("plugin")),
    }
