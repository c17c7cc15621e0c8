"""Ink and paper for every picture, maps and charts alike: SVG, its typeface, its colours in light and dark."""
