from collections.abc import Awaitable
from http import HTTPMethod
from typing import Any, Protocol, TypedDict

import js
from pyodide.ffi import JsBuffer

from .formdata import FormData

class Context(Protocol):
    def waitUntil(self, other: Awaitable[Any], /) -> None: ...

type JSBody = js.Blob | JsBuffer | js.FormData | js.ReadableStream | js.URLSearchParams
type Body = str | bytes | FormData | JSBody
type Headers = dict[str, str] | list[tuple[str, str]] | js.Headers

class RequestInitCfProperties(TypedDict, total=False):
    apps: bool | None
    cacheEverything: bool | None
    cacheKey: str | None
    cacheTags: list[str] | None
    cacheTtl: int
    cacheTtlByStatus: dict[str, int]
    image: Any | None
    mirage: bool | None
    polish: str | None
    resolveOverride: str | None
    scrapeShield: bool | None
    webp: bool | None

class FetchKwargs(TypedDict, total=False):
    headers: Headers | None
    body: Body | None
    method: HTTPMethod | str | None
    redirect: str | None
    signal: js.AbortSignal | None
    cf: RequestInitCfProperties | None
    fetcher: Any
