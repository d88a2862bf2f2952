"""The profiles in which reports sort operations, as the models name them."""

from harness.model.profiles import PROFILES, profile

__all__ = ["PROFILES", "profile"]
