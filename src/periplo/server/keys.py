"""``opt`` keys by which a route says what it is to the middleware before it."""

UNVERSIONED = "unversioned"
"""Does not depend on the shop's version: files, forms, the live stream."""

STREAM = "stream"
"""Is sent as it is made, so it is not compressed."""
