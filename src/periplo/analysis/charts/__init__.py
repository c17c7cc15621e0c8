"""Charts: plain data first, drawn in the style of the map as one SVG, light or dark.

A result says what its charts show, as data with texts in the reader's language, and the drawing comes by itself:

    def charts(self, lang: Lang) -> list[Chart]:
        bars = [Bar(channel, number(n, lang), n) for channel, n in self.orders.items()]
        return [Bars(title=t("Orders", lang), bars=bars)]

    result.chart("es", "dark")     # SVG; the command line has --chart FILE.svg, a notebook shows it with the table

``Bars``     numbers to compare, below zero too, with intervals: ``Bar(label, said, value, low, high)``
``Heatmap``  a matrix: ``Row(label, [Cell(value, said, tip, faint)], said)``; faint cells are not over; red below zero
``Lines``    numbers over time: ``Series(name, values, sure)``, dashed from the point ``sure`` on
``Flows``    a Sankey diagram: ``Node`` and ``Flow``

Without ``charts`` a result is drawn as bars from its table (``shown``). Several charts stand below each other.
Colours and sizes of type are those of the map; charts carry no script, and every mark tells its number on pointing.
"""

from periplo.analysis.charts.data import Bar, Bars, Cell, Chart, Flow, Flows, Heatmap, Lines, Node, Row, Series

__all__ = [
    "Bar",
    "Bars",
    "Cell",
    "Chart",
    "Flow",
    "Flows",
    "Heatmap",
    "Lines",
    "Node",
    "Row",
    "Series",
]
