"""What drawing on the server costs, beside a chart library in the browser.

    python bench/charts.py [--echarts DIR]

Draws every shape of `workflow.charts.shapes` through the drawing process: the first one (the process starts), the next
ones, their size before and after `tidy`, and how long Python's lock is held when the same is done inside the process
that serves pages. `--echarts DIR` names a folder in which `npm install echarts esbuild` was run; the parts of ECharts
that the same shapes need are bundled and weighed. Times are of one run on one computer: compare them with each other.
"""

from __future__ import annotations

import argparse
import gzip
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from workflow.charts import palette, shapes
from workflow.charts.artist import Artist
from workflow.charts.svg import tidy
from workflow.charts.theme import NUMBERS, themed

KINDS = [("Offered", palette.BEFORE), ("Given", palette.SERIES[0]), ("Used", palette.SERIES[2])]
PLACES = ("Sumatera", "Jawa", "Bali–Nusa Tenggara", "Kalimantan", "Sulawesi", "Maluku", "Papua")
ECHARTS = """
import * as echarts from "echarts/core";
import { BarChart, ScatterChart, HeatmapChart, CustomChart } from "echarts/charts";
import { GridComponent, TooltipComponent, LegendComponent, VisualMapComponent, MarkLineComponent, AriaComponent,
  DatasetComponent } from "echarts/components";
import { SVGRenderer } from "echarts/renderers";
echarts.use([BarChart, ScatterChart, HeatmapChart, CustomChart, GridComponent, TooltipComponent, LegendComponent,
  VisualMapComponent, MarkLineComponent, AriaComponent, DatasetComponent, SVGRenderer]);
window.echarts = echarts;
"""


def specs() -> dict[str, dict]:
    """The six shapes at the size they have on the dashboard."""
    rows = [
        {"label": place, "n": 9 * n, "text": f"{9 * n}%", "url": f"/x/?p={n}", "hover": place, "color": "#0b5ba8"}
        for n, place in enumerate(PLACES, 1)
    ]
    parts = [{**row, "kind": kind} for row in rows[:4] for kind, _color in KINDS]
    cells = [
        {"row": f"Competency {r}", "column": place, "n": r * c, "text": str(r * c), "url": "/x/", "hover": place}
        for r in range(1, 13) for c, place in enumerate(PLACES, 1)
    ]  # fmt: skip
    spans = [
        {"label": f"Programme {n}", "kind": kind, "begins": f"2026-{m + 1:02}-01", "ends": f"2026-{m + 2:02}-01",
         "text": "1 Des", "url": "/x/", "hover": kind}
        for n in range(12) for m, (kind, _color) in enumerate(KINDS)
    ]  # fmt: skip
    return {
        "bars": shapes.bars(rows, top=100, track=True),
        "stacked": shapes.stacked(parts, KINDS),
        "paired": shapes.paired(parts, KINDS),
        "dots": shapes.dots(rows, reference=33, reference_text="All 33%"),
        "heat": shapes.heat(
            cells, columns=PLACES, rows=[f"Competency {r}" for r in range(1, 13)], steps=(5, 20, 50, 100)
        ),
        "spans": shapes.spans(spans, KINDS, first="2026-01-01", last="2026-07-01", today="2026-03-01", ticks=[]),
    }


def jobs(kind: str = "svg") -> dict[str, dict]:
    """What goes to the drawing process."""
    return {name: {"spec": themed(spec), "kind": kind, "numbers": NUMBERS["id"]} for name, spec in specs().items()}


def beside() -> None:
    """Through the process beside."""
    artist, weight = Artist(), 0
    begun = time.perf_counter()
    artist.draw(jobs()["bars"]).result()
    print(f"first drawing, process started with it    {time.perf_counter() - begun:6.2f} s")
    times = []
    for name, job in jobs().items():
        begun = time.perf_counter()
        made = artist.draw(job).result()
        times.append(time.perf_counter() - begun)
        small = tidy(made, name)
        packed = len(gzip.compress(small.encode()))
        weight += packed
        print(f"  {name:8} {1000 * times[-1]:7.0f} ms  {len(made):7} bytes, tidied {len(small):6}, gzipped {packed:5}")
    print(f"next drawings, median                     {1000 * statistics.median(times):6.0f} ms")
    print(f"all six inside a page, gzipped            {weight / 1000:6.1f} KB")
    begun = time.perf_counter()
    artist.draw(jobs("png")["bars"]).result()
    print(f"a PNG                                     {1000 * (time.perf_counter() - begun):6.0f} ms")
    status = Path(f"/proc/{artist._child.pid}/status")
    if status.exists():
        kilobytes = next(line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmRSS"))
        print(f"memory of the process                     {int(kilobytes) / 1000:6.0f} MB")
    artist.close()


def inside() -> None:
    """In the same process: how much of the time other threads of it stand still."""
    import vl_convert

    ticks, done = [0], threading.Event()

    def tick() -> None:
        while not done.wait(0.001):
            ticks[0] += 1

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    other = threading.Thread(target=tick)
    other.start()
    begun, ticks[0] = time.perf_counter(), 0
    for job in jobs().values():
        vl_convert.vegalite_to_svg(job["spec"])
    spent = time.perf_counter() - begun
    done.set()
    other.join()
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"inside: six drawings with the start       {spent:6.2f} s, another thread ran {ticks[0]} times in it")
    print(f"inside: memory grows by                   {(after - before) / 1000:6.0f} MB")


def browser(folder: Path) -> None:
    """What the same shapes would cost a reader as script."""
    with tempfile.NamedTemporaryFile("w", suffix=".js", dir=folder) as source:
        source.write(ECHARTS)
        source.flush()
        bundle = subprocess.run(
            [str(folder / "node_modules" / ".bin" / "esbuild"), source.name, "--bundle", "--minify", "--format=iife"],
            cwd=folder, capture_output=True, check=True,
        ).stdout  # fmt: skip
    version = json.loads((folder / "node_modules" / "echarts" / "package.json").read_text())["version"]
    packed = len(gzip.compress(bundle, 9)) / 1000
    print(
        f"ECharts {version}, these shapes only         {packed:6.0f} KB gzipped, {len(bundle) / 1000:.0f} KB to parse"
    )


def main() -> None:
    """Prints the figures."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--echarts", type=Path)
    given = asked.parse_args()
    beside()
    inside()
    if given.echarts:
        browser(given.echarts)


if __name__ == "__main__":
    main()
