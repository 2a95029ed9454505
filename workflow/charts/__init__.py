"""Charts drawn on the server: a specification with its data goes in, a drawing with its table comes out, no script
reaches the reader (docs/charts.md)."""

from workflow.charts.chart import Cell, Chart, Column
from workflow.charts.downloads import chart_download
from workflow.charts.drawing import draw, prepare

__all__ = ["Cell", "Chart", "Column", "chart_download", "draw", "prepare"]
