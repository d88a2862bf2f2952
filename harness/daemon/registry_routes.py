"""The paths of the harness's registry: version 2 for images, 1 for search, and plain files."""

import base64
import binascii
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from aiohttp import web

from harness.daemon.registry_store import RefusedError, Store
from harness.model.spec import Json

_Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]
_VERSION = {"Docker-Distribution-API-Version": "registry/2.0"}
_PART = 64 * 1024
_MANIFEST_LIMIT = 4 * 1024 * 1024
_PAGE = 25


@dataclass(frozen=True, slots=True)
class Visit:
    """What came to the registry; `credentials` tells that some came, not which."""

    method: str
    path: str
    credentials: bool


@dataclass(frozen=True, slots=True)
class Routes:
    """The handlers over a store; `user` and `password` are asked for where there is a user."""

    store: Store
    files: Mapping[str, bytes]
    note: Callable[[Visit], None]
    user: str = ""
    password: str = ""

    def application(self) -> web.Application:
        """Return the application with all paths."""
        application = web.Application(client_max_size=_MANIFEST_LIMIT, middlewares=[self._guard])
        name = "/v2/{name:.+}"
        application.add_routes(
            [
                web.get("/v2/", self._base),
                web.get("/v2/_catalog", self._catalog),
                web.get(name + "/tags/list", self._tags),
                web.post(name + "/blobs/uploads/", self._begin),
                web.get(name + "/blobs/uploads/{upload}", self._progress),
                web.patch(name + "/blobs/uploads/{upload}", self._append),
                web.put(name + "/blobs/uploads/{upload}", self._finish),
                web.delete(name + "/blobs/uploads/{upload}", self._cancel),
                web.get(name + "/blobs/{digest}", self._blob),
                web.get(name + "/manifests/{reference}", self._manifest),
                web.put(name + "/manifests/{reference}", self._put_manifest),
                web.delete(name + "/manifests/{reference}", self._delete_manifest),
                web.get("/v1/_ping", self._ping),
                web.get("/v1/search", self._search),
                web.get("/files/{file:.+}", self._file),
            ]
        )
        return application

    @web.middleware
    async def _guard(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        authorization = request.headers.get("Authorization", "")
        self.note(Visit(request.method, request.path, bool(authorization)))
        if request.path.startswith("/v2/") and not self._admits(authorization):
            challenge = {"WWW-Authenticate": 'Basic realm="docker-contract"'}
            return _refused(401, "UNAUTHORIZED", "log in first", challenge)
        try:
            return await handler(request)
        except RefusedError as error:
            return _refused(error.status, error.code, str(error))

    def _admits(self, authorization: str) -> bool:
        if not self.user:
            return True
        scheme, _, encoded = authorization.partition(" ")
        try:
            seen = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            return False
        wanted = f"{self.user}:{self.password}".encode()
        return scheme.lower() == "basic" and hmac.compare_digest(seen, wanted)

    async def _base(self, _request: web.Request) -> web.Response:
        return _json({})

    async def _catalog(self, _request: web.Request) -> web.Response:
        return _json({"repositories": list(self.store.repositories())})

    async def _tags(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        return _json({"name": name, "tags": list(self.store.tags(name))})

    async def _begin(self, request: web.Request) -> web.Response:
        name, wanted = request.match_info["name"], request.query.get("mount", "")
        if wanted and self.store.has_blob(wanted):
            return _created(f"/v2/{name}/blobs/{wanted}", wanted)
        upload = self.store.begin_upload()
        if "digest" not in request.query:
            return self._state(name, upload, 202)
        await self._receive(request, upload)
        self.store.finish_upload(upload, request.query["digest"])
        return _created(f"/v2/{name}/blobs/{request.query['digest']}", request.query["digest"])

    async def _progress(self, request: web.Request) -> web.Response:
        return self._state(request.match_info["name"], request.match_info["upload"], 204)

    async def _append(self, request: web.Request) -> web.Response:
        upload = request.match_info["upload"]
        first = request.headers.get("Content-Range", "").partition("-")[0]
        if first.isdigit() and int(first) != self.store.received(upload):
            raise RefusedError(416, "BLOB_UPLOAD_INVALID", "the parts do not follow each other")
        await self._receive(request, upload)
        return self._state(request.match_info["name"], upload, 202)

    async def _finish(self, request: web.Request) -> web.Response:
        name, upload = request.match_info["name"], request.match_info["upload"]
        await self._receive(request, upload)
        digest = request.query.get("digest", "")
        self.store.finish_upload(upload, digest)
        return _created(f"/v2/{name}/blobs/{digest}", digest)

    async def _cancel(self, request: web.Request) -> web.Response:
        self.store.cancel_upload(request.match_info["upload"])
        return web.Response(status=204, headers=_VERSION)

    async def _blob(self, request: web.Request) -> web.Response:
        digest = request.match_info["digest"]
        headers = {**_VERSION, "Docker-Content-Digest": digest}
        return _bytes(self.store.blob(digest), "application/octet-stream", headers)

    async def _manifest(self, request: web.Request) -> web.Response:
        place = request.match_info
        manifest = self.store.manifest(place["name"], place["reference"])
        headers = {**_VERSION, "Docker-Content-Digest": manifest.digest}
        return _bytes(manifest.content, manifest.media_type, headers)

    async def _put_manifest(self, request: web.Request) -> web.Response:
        name, reference = request.match_info["name"], request.match_info["reference"]
        content = await request.read()
        try:
            json.loads(content)
        except ValueError as error:
            raise RefusedError(400, "MANIFEST_INVALID", "a manifest is JSON") from error
        manifest = self.store.put_manifest(name, reference, content, request.content_type)
        return _created(f"/v2/{name}/manifests/{manifest.digest}", manifest.digest)

    async def _delete_manifest(self, request: web.Request) -> web.Response:
        place = request.match_info
        self.store.delete_manifest(place["name"], place["reference"])
        return web.Response(status=202, headers=_VERSION)

    async def _ping(self, _request: web.Request) -> web.Response:
        # Without this header dockerd takes the registry for one of its first generation.
        headers = {"X-Docker-Registry-Version": "1.0", "X-Docker-Registry-Standalone": "true"}
        return web.json_response(data=True, headers=headers)

    async def _search(self, request: web.Request) -> web.Response:
        wanted = request.query.get("q", "")
        count = request.query.get("n", "")
        found = [name for name in self.store.repositories() if wanted in name]
        found = found[: int(count) if count.isdigit() else _PAGE]
        flags: dict[str, Json] = {"is_official": False, "is_automated": False, "star_count": 0}
        results: list[Json] = [{"name": n, "description": "pushed here", **flags} for n in found]
        total = len(results)
        pages: dict[str, Json] = {"page": 1, "num_pages": 1, "page_size": _PAGE}
        return _json({**pages, "query": wanted, "num_results": total, "results": results})

    async def _file(self, request: web.Request) -> web.Response:
        content = self.files.get(request.match_info["file"])
        if content is None:
            raise RefusedError(404, "UNKNOWN", "there is no such file")
        return _bytes(content, "application/x-tar", {})

    async def _receive(self, request: web.Request, upload: str) -> None:
        self.store.received(upload)  # refuses an unknown upload before its bytes are read
        async for part in request.content.iter_chunked(_PART):
            self.store.append(upload, part)

    def _state(self, name: str, upload: str, status: int) -> web.Response:
        last = max(self.store.received(upload) - 1, 0)
        place = {"Location": f"/v2/{name}/blobs/uploads/{upload}", "Range": f"0-{last}"}
        headers = {**_VERSION, **place, "Docker-Upload-UUID": upload}
        return web.Response(status=status, headers=headers)


def _bytes(content: bytes, media_type: str, headers: Mapping[str, str]) -> web.Response:
    # Set as a header, since content_type= would take a media type apart.
    return web.Response(body=content, headers={**headers, "Content-Type": media_type})


def _created(location: str, digest: str) -> web.Response:
    headers = {**_VERSION, "Location": location, "Docker-Content-Digest": digest}
    return web.Response(status=201, headers=headers)


def _json(value: Json) -> web.Response:
    return web.json_response(value, headers=_VERSION)


def _refused(
    status: int, code: str, message: str, headers: Mapping[str, str] | None = None
) -> web.Response:
    error = {"code": code, "message": message, "detail": None}
    return web.json_response(
        {"errors": [error]}, status=status, headers={**_VERSION, **(headers or {})}
    )
