"""The one renderer of the map (SVG), for page, export, e-mail and notebook."""

from periplo.drawing.typeface import font_css
from periplo.maps.drawing.pages import pages
from periplo.maps.drawing.picture import draw

__all__ = ["draw", "font_css", "pages"]
