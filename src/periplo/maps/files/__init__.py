"""A map as a file: SVG, PNG, PDF, HTML, CSV, JSON, Mermaid."""

from periplo.maps.files.export import SUFFIXES, export, rendered
from periplo.maps.files.printed import paper_css, printed

__all__ = ["SUFFIXES", "export", "paper_css", "printed", "rendered"]
