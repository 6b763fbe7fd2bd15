from .options import BaseOptions as BaseOptions
from .options import EncodeBody as EncodeBody
