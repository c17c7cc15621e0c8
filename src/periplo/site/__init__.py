"""A shop's site seen from outside: is the tracker on it, does it work, does what it sends arrive."""

from periplo.site.findings import Finding
from periplo.site.verify import Report, verify

__all__ = ["Finding", "Report", "verify"]
