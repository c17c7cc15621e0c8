"""Profiles: who one customer is and what they did, read from their events."""

from periplo.profiles.profile import COLUMNS, Profile, read_profile

__all__ = ["COLUMNS", "Profile", "read_profile"]
