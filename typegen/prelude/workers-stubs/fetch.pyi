from typing import Unpack

import js

from .request import Request
from .response import Response
from .types import FetchKwargs

async def fetch(resource: str | Request | js.Request | js.URL, **other_options: Unpack[FetchKwargs]) -> Response: ...
