"""The version of Pocket, for the package and for whoever asks."""

from typing import Final

VERSION: Final = "0.5.0"
