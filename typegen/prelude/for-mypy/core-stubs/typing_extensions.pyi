"""What `typing_extensions` has, from Python 3.13 itself.

Packages in python_modules bring a typing_extensions.py, and mypy stops at one that hides its own: "This file shadows
library module". It lets pass what stands in a folder named `…-stubs`, which `mypy_path` names before python_modules.
"""

from collections.abc import Buffer as Buffer
from types import CapsuleType as CapsuleType
from types import get_original_bases as get_original_bases
from typing import *
from typing import Any, TypeVar as _TypeVar
from warnings import deprecated as deprecated

_T = _TypeVar("_T")

runtime = runtime_checkable

def disjoint_base(cls: _T) -> _T: ...
def __getattr__(name: str) -> Any: ...  # what is younger than all of that: Doc, Sentinel, TypeForm
