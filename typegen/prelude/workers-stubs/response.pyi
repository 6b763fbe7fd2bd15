from http import HTTPStatus
from http.client import HTTPMessage
from typing import Any, overload

import js
import pyodide.http

from .blob import Blob
from .formdata import FormData
from .types import Body, Headers

class FetchResponse(pyodide.http.FetchResponse):
    @property
    def body(self) -> js.ReadableStream | None:
        """The body as a JavaScript stream; None when there is none."""
    @property
    def js_object(self) -> js.Response: ...
    @property
    def headers(self) -> HTTPMessage: ...  # type: ignore[override]
    async def formData(self) -> FormData: ...
    async def form_data(self) -> FormData: ...
    def replace_body(self, body: Body | None) -> Response: ...
    async def blob(self) -> Blob: ...
    @staticmethod
    def redirect(url: str, status: HTTPStatus | int = ...) -> js.Response: ...
    @staticmethod
    def from_json(
        data: Any, status: HTTPStatus | int = ..., status_text: str = "", headers: Headers | None = None
    ) -> Response: ...

class _Json:
    """`await response.json()` reads a body; `Response.json(data)` makes a response."""

    @overload
    def __get__(self, instance: None, owner: type[Any]) -> _MakeJson: ...
    @overload
    def __get__(self, instance: FetchResponse, owner: type[Any]) -> _ReadJson: ...

class _MakeJson:
    def __call__(
        self, data: Any, status: HTTPStatus | int = ..., status_text: str = "", headers: Headers | None = None
    ) -> Response: ...

class _ReadJson:
    async def __call__(self, **kwargs: Any) -> Any: ...

class Response(FetchResponse):
    json: _Json  # pyright: ignore[reportIncompatibleMethodOverride]
    def __init__(
        self,
        body: Body | js.Response | None = None,
        status: HTTPStatus | int | None = None,
        status_text: str = "",
        headers: Headers | None = None,
        web_socket: js.WebSocket | None = None,
    ) -> None: ...
