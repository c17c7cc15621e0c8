"""The one renderer of the map (SVG), for page, export, e-mail and notebook."""

from periplo.maps.drawing.pages import pages
from periplo.maps.drawing.picture import draw
from periplo.maps.drawing.typeface import font_css

__all__ = ["draw", "font_css", "pages"]
