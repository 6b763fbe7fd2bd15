import builtins
from collections.abc import Iterable
from enum import StrEnum

import js
from pyodide.ffi import JsBuffer

type BlobValue = str | bytes | bytearray | memoryview | JsBuffer | js.Blob | Blob

class BlobEnding(StrEnum):
    TRANSPARENT = "transparent"
    NATIVE = "native"

class Blob:
    def __init__(
        self,
        blob_parts: Iterable[BlobValue] | BlobValue,
        content_type: str | None = None,
        endings: BlobEnding | str | None = None,
    ) -> None: ...
    @property
    def size(self) -> int: ...
    @property
    def content_type(self) -> str: ...
    @property
    def js_object(self) -> js.Blob: ...
    async def text(self) -> str: ...
    async def bytes(self) -> builtins.bytes: ...
    def slice(self, start: int | None = None, end: int | None = None, content_type: str | None = None) -> Blob: ...

class File(Blob):
    def __init__(
        self,
        blob_parts: Iterable[BlobValue] | BlobValue,
        filename: str,
        content_type: str | None = None,
        endings: BlobEnding | str | None = None,
        last_modified: int | None = None,
    ) -> None: ...
    @property
    def name(self) -> str: ...
    @property
    def last_modified(self) -> int: ...
