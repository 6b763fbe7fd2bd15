"""The SDK's package with the types that its wrappers give at run time (workers-runtime-sdk 1.9)."""

from collections.abc import Awaitable
from typing import Any

from js import Env

from .blob import Blob as Blob
from .blob import BlobEnding as BlobEnding
from .blob import BlobValue as BlobValue
from .blob import File as File
from .entrypoints import DurableObject as DurableObject
from .entrypoints import WorkerEntrypoint as WorkerEntrypoint
from .entrypoints import WorkflowEntrypoint as WorkflowEntrypoint
from .entrypoints import handler as handler
from .fetch import fetch as fetch
from .formdata import FormData as FormData
from .formdata import FormDataValue as FormDataValue
from .request import Request as Request
from .response import FetchResponse as FetchResponse
from .response import Response as Response
from .rpc import python_from_rpc as python_from_rpc
from .rpc import python_to_rpc as python_to_rpc
from .types import Body as Body
from .types import Context as Context
from .types import FetchKwargs as FetchKwargs
from .types import Headers as Headers
from .types import JSBody as JSBody
from .types import RequestInitCfProperties as RequestInitCfProperties
from .utils import import_from_javascript as import_from_javascript
from .utils import patch_env as patch_env

env: Env

def waitUntil(promise: Awaitable[Any], /) -> None: ...
def wait_until(promise: Awaitable[Any], /) -> None: ...
