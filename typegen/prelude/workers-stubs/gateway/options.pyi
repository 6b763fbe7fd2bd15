from dataclasses import dataclass
from typing import Any, Literal

EncodeBody = Literal["automatic", "manual"]

@dataclass(frozen=True, kw_only=True)
class BaseOptions:
    encode_body: EncodeBody = "automatic"
    def response_init(self) -> dict[str, Any]: ...
