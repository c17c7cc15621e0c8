"""A map as a file: SVG, PNG, PDF, HTML, CSV, JSON, Mermaid."""

from periplo.maps.files.export import SUFFIXES, export, rendered

__all__ = ["SUFFIXES", "export", "rendered"]
