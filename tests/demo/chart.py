"""A chart in characters: curves over time in a fixed frame, one sign and colour each.

What: Chart.add(curve, time, value) while things happen, lines(...) whenever somebody looks. Why: what an autoscaler
is about fits into one picture: demand, and the capacity that was there. Later curves lie over earlier ones.
"""
from dataclasses import dataclass, field

RESET = "\x1b[0m"


@dataclass
class Curve:
    label: str
    sign: str
    colour: str = ""                 # an ANSI sequence
    points: list = field(default_factory=list)


class Chart:
    def __init__(self, start, end, top, curves):
        self.start, self.end, self.top, self.curves = start, end, top, curves

    def add(self, curve, time, value):
        """A point; one without a value, or outside the frame's time, is left out."""
        if value is not None and self.start <= time <= self.end:
            self.curves[curve].points.append((time, value))
            self.top = max(self.top, value)

    def lines(self, width, height, marks, coloured=True):
        """The chart as height + 2 lines: the plot, the axis with its marks [(time, text)], the legend."""
        columns = max(10, width - 6)
        cells = [[" "] * columns for _ in range(height)]
        for curve in self.curves.values():
            sign = f"{curve.colour}{curve.sign}{RESET}" if coloured else curve.sign
            for column, value in self._newest_by_column(curve, columns).items():
                row = height - 1 - min(height - 1, int(value / self.top * (height - 1) + .5))
                cells[row][column] = sign
        lines = []
        for row, cell_row in enumerate(cells):
            value = self.top * (height - 1 - row) / (height - 1)
            lines.append((f"{value:4.0f} ┤" if row % 3 == 0 or row == height - 1 else "     │") + "".join(cell_row))
        lines.append(self._axis(columns, marks))
        lines.append("      " + "  ".join(f"{curve.colour if coloured else ''}{curve.sign} {curve.label}"
                                           f"{RESET if coloured else ''}" for curve in reversed(self.curves.values())))
        return lines

    def _newest_by_column(self, curve, columns):
        return {self._column(time, columns): value for time, value in curve.points}

    def _column(self, time, columns):
        return min(columns - 1, int((time - self.start) / (self.end - self.start) * columns))

    def _axis(self, columns, marks):
        axis = [" "] * columns
        for time, text in marks:
            column = self._column(time, columns)
            if column + len(text) <= columns:
                axis[column:column + len(text)] = text
        return "      " + "".join(axis)
