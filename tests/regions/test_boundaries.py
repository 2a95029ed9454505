"""Boundaries: what a file must be, how it is drawn within its budget, and that a refused one changes nothing."""

from __future__ import annotations

import json
import math
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from regions.maps import boundaries, sheets
from regions.maps.capitals import capitals
from regions.maps.outline import TARGET, outline_svg
from regions.maps.paths import COUNTRY, Frame, path_of
from regions.maps.reading import Unreadable, read_areas
from regions.maps.simplifying import fitted
from regions.models import Boundary, BoundaryLayer
from tests import factories

Polygon = pytest.importorskip("shapely.geometry").Polygon


def square(longitude: float, latitude: float, half: float = 0.5) -> list[list[float]]:
    """A closed ring around a point."""
    corners = [(-half, -half), (half, -half), (half, half), (-half, half), (-half, -half)]
    return [[longitude + x, latitude + y] for x, y in corners]


def around(code: str) -> list[list[float]]:
    """A square around a province's capital."""
    _name, longitude, latitude = capitals()[code]
    return square(longitude, latitude)


def geojson(**rings) -> dict:
    """A file with one shape per code (given as c11)."""
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"code": code.removeprefix("c").replace("_", ".")},
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
            for code, ring in rings.items()
        ],
    }


def content(document) -> bytes:
    return json.dumps(document).encode()


def two_squares() -> dict:
    """Two squares that share an edge, as TopoJSON on a grid of tenths: the shared arc is stored once."""
    return {
        "type": "Topology",
        "transform": {"scale": [0.1, 0.1], "translate": [100, -5]},
        "arcs": [[[10, 0], [0, 10]], [[10, 10], [-10, 0], [0, -10], [10, 0]], [[10, 0], [10, 0], [0, 10], [-10, 0]]],
        "objects": {
            "areas": {
                "type": "GeometryCollection",
                "geometries": [
                    {"type": "Polygon", "properties": {"code": "11.01"}, "arcs": [[0, 1]]},
                    {"type": "MultiPolygon", "properties": {"code": "11.71"}, "arcs": [[[2, -1]]]},
                ],
            }
        },
    }


@pytest.fixture
def two_provinces(db):
    """Aceh and Bali are all there is."""
    return [factories.region("11"), factories.region("51")]


@pytest.fixture
def english():
    with translation.override("en"):
        yield


# --- Reading --------------------------------------------------------------------------------------------------------


def test_an_arc_that_two_areas_share_is_joined_forwards_and_backwards():
    found = read_areas(content(two_squares()))
    rings = {code: [tuple(round(n, 6) for n in p) for p in polygons[0][0]] for code, polygons in found.polygons.items()}
    assert rings == {
        "1101": [(101, -5), (101, -4), (100, -4), (100, -5), (101, -5)],
        "1171": [(101, -5), (102, -5), (102, -4), (101, -4), (101, -5)],
    }


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"\xff\xfe", "The file is not JSON."),
        (b"[" * 100_000, "The file is not JSON."),
        (b"[]", "The file is neither a GeoJSON FeatureCollection nor a TopoJSON Topology."),
        (b'{"type": "Feature"}', "The file is neither a GeoJSON FeatureCollection nor a TopoJSON Topology."),
        (b'{"type": "FeatureCollection"}', "The file has no list of features."),
        (b'{"type": "Topology", "objects": {}, "arcs": []}', "The TopoJSON file has no objects or no arcs."),
        (
            b'{"type": "Topology", "objects": {"a": {}, "b": {}}, "arcs": []}',
            "The file has several layers; choose one with --layer: a, b.",
        ),
        (
            b'{"type": "Topology", "objects": {"a": {}}, "arcs": [["x"]]}',
            "An arc of the TopoJSON file cannot be read.",
        ),
        (
            b'{"type": "FeatureCollection", "crs": {"properties": {"name": "EPSG::23830"}}, "features": []}',
            "The coordinates are in another reference system than WGS 84.",
        ),
    ],
)
def test_a_file_that_cannot_be_read_says_why(document, reason, english):
    with pytest.raises(Unreadable) as refused:
        list(read_areas(document).polygons)
    assert str(refused.value) == reason


NESTED = "[" * 5000 + "]" * 5000
HUGE = "1" + "0" * 400


@pytest.mark.parametrize(
    "document",
    [
        '{"type": "FeatureCollection", "features": [7, {"geometry": "x", "properties": ["code"]}, {"geometry": [1]}]}',
        '{"type": "Topology", "objects": {"a": {"geometries": [5, {"arcs": [[9]], "properties": 3}]}}, "arcs": []}',
        '{"type": "Topology", "objects": {"a": 5}, "arcs": []}',
        '{"type": "Topology", "objects": {"a": {"geometries": 5}}, "arcs": []}',
    ],
)
def test_parts_that_are_something_else_hold_no_area(document):
    assert read_areas(document.encode()).polygons == {}


@pytest.mark.parametrize(
    "document",
    [
        f'{{"type": "FeatureCollection", "crs": {NESTED}, "features": []}}',
        '{"type": "Topology", "objects": {"a": {"type": "Polygon", "properties": {"code": "11"}, "arcs": '
        f'{NESTED}}}}}, "arcs": []}}',
        f'{{"type": "Topology", "objects": {{"a": {{}}}}, "arcs": [[[{HUGE}, 1]]]}}',
        '{"type": "Topology", "objects": {"a": {}}, "transform": {"scale": ["x", 1], "translate": [0, 0]}, '
        '"arcs": [[[9, 1]]]}',
    ],
)
def test_nesting_and_numbers_without_end_are_refused(document):
    with pytest.raises(Unreadable):
        read_areas(document.encode())


@pytest.mark.parametrize("arcs", [[[5]], [[-9]], [[True, 10**30]], "x", [["x"]], [[[0]]]])
def test_arcs_that_are_not_there_make_a_broken_area(arcs):
    document = two_squares()
    document["objects"]["areas"]["geometries"][0]["arcs"] = arcs
    assert list(read_areas(content(document)).broken) == ["1101"]


def test_a_coordinate_beyond_every_number_is_refused():
    broken = read_areas(content(geojson(c11=[[10**400, 1], [1, 1], [1, 2], [1, 1]]))).broken
    assert list(broken) == ["11"]


# --- Checks ---------------------------------------------------------------------------------------------------------


def bow_tie(code: str) -> list[list[float]]:
    _name, x, y = capitals()[code]
    return [[x - 1, y - 1], [x + 1, y + 1], [x + 1, y - 1], [x - 1, y + 1], [x - 1, y - 1]]


@pytest.mark.parametrize(
    ("change", "reasons"),
    [
        ({"c51": None}, ["These codes are missing: 51."]),
        ({"c99": square(110, -3)}, ["These codes are unknown: 99."]),
        ({"c51": square(40, -3)}, ["51: it lies outside Indonesia."]),
        ({"c51": [[y, x] for x, y in square(115.2, -8.6)]}, ["51: longitude and latitude are exchanged."]),
        (
            {"c51": square(139, -3)},
            ["51: its capital Denpasar lies outside; are these the codes of another list?"],
        ),
        ({"c51": square(115.2, -8.6)[:-1]}, ["51: a ring is not closed."]),
        ({"c51": [[115, -8], [115, -9], [115, -8]]}, ["51: a ring has fewer than three corners."]),
        ({"c51": [[115, -8], [math.nan, -9], [116, -9], [115, -8]]}, ["51: a coordinate is no number."]),
        ({"c51": [["a", 1]]}, ["51: its coordinates cannot be read."]),
        ({"c51": []}, ["51: a ring has fewer than three corners."]),
        (
            {"c51": None, "c99": square(110, -3)},
            ["These codes are unknown: 99.", "These codes are missing: 51."],
        ),
    ],
)
def test_a_file_is_refused_with_every_reason_and_changes_nothing(two_provinces, english, change, reasons):
    rings = {"c11": around("11"), "c51": around("51"), **change}
    document = geojson(**{code: ring for code, ring in rings.items() if ring is not None})
    with pytest.raises(boundaries.Refused) as refused:
        boundaries.load(content(document), source="uji")
    assert (refused.value.reasons, BoundaryLayer.objects.count()) == (reasons, 0)


def test_one_area_under_two_codes_is_refused(two_provinces, english):
    for code in ("1101", "1102"):
        factories.region(code)
    with pytest.raises(boundaries.Refused) as refused:
        boundaries.load(content(geojson(c1101=square(96, 4), c1102=square(96, 4.001))), source="uji")
    assert refused.value.reasons == ["1101 and 1102 are the same area."]


def test_a_city_inside_a_regency_is_no_second_one(two_provinces):
    for code in ("1101", "1171"):
        factories.region(code)
    done = boundaries.load(content(geojson(c1101=square(96, 4), c1171=square(96, 4, 0.2))), source="uji")
    assert done.places == 2


def test_a_ring_that_crosses_itself_in_earnest_is_refused_with_the_place(two_provinces, english):
    with pytest.raises(boundaries.Refused) as refused:
        boundaries.load(content(geojson(c11=around("11"), c51=bow_tie("51"))), source="uji")
    assert refused.value.reasons[0].startswith("51: a ring crosses itself near 115.")


def test_a_spike_of_rounding_is_undone_and_named(two_provinces):
    spiked = around("51")
    x, y = spiked[1]
    spiked[1:2] = [[x, y], [x + 0.001, y + 0.0005], [x - 0.0002, y + 0.0002], [x + 0.0005, y + 0.0003]]
    done = boundaries.load(content(geojson(c11=around("11"), c51=spiked)), source="uji")
    assert (done.mended, Boundary.objects.count()) == (["51"], 2)


def test_a_shape_without_code_and_a_code_twice_are_named(two_provinces, english):
    document = geojson(c11=around("11"), c51=around("51"))
    document["features"] += [document["features"][0], {"type": "Feature", "properties": None, "geometry": None}]
    with pytest.raises(boundaries.Refused) as refused:
        boundaries.load(content(document), source="uji")
    assert refused.value.reasons == ["1 shape has no code.", "These codes occur more than once: 11."]


def test_a_file_without_any_code_is_refused(two_provinces, english):
    with pytest.raises(boundaries.Refused) as refused:
        boundaries.load(content({"type": "FeatureCollection", "features": []}), source="uji")
    assert refused.value.reasons == ["No shape has a property “code”."]


# --- Drawing --------------------------------------------------------------------------------------------------------


def test_a_path_is_whole_steps_and_leaves_out_what_is_smaller_than_a_unit():
    frame = Frame(100, 0, 10, 100, 100)
    rings = [
        [(101, -1), (103, -1), (103, -3), (101, -3), (101, -1)],
        [(105, -5), (105.01, -5), (105, -5.01), (105, -5)],
    ]
    assert path_of(rings, frame) == "M10 10l20 0 0 20-20 0z"


def coast(x: float, y: float, corners: int = 2000) -> Polygon:
    """A round island with a rough coast."""
    points = []
    for n in range(corners):
        angle, r = 2 * math.pi * n / corners, 1 + 0.05 * math.sin(40 * n)
        points.append((x + r * math.cos(angle), y + r * math.sin(angle)))
    return Polygon(points)


def test_a_drawing_fits_its_budget_and_keeps_every_place():
    shapes = {f"{n}": coast(97 + 3 * n, -2) for n in range(10)} | {"dot": Polygon(square(130, -8, 0.001))}
    drawn = fitted(shapes, COUNTRY, 2000)
    assert drawn.size <= 2000 and sorted(drawn.paths) == sorted(shapes) and all(drawn.paths.values())


def test_a_border_stays_shared_when_points_go():
    left = Polygon([(100, 0), *[(101 + 0.05 * math.sin(9 * n), -n / 100) for n in range(300)], (100, -3)])
    wide = Polygon([(99, 1), (103, 1), (103, -4), (99, -4)])
    drawn = fitted({"left": left, "right": wide.difference(left)}, COUNTRY, 300)

    def corners(path: str) -> set[tuple[int, int]]:
        found: set[tuple[int, int]] = set()
        for ring in path.split("M")[1:]:
            start, _l, steps = ring.rstrip("z").partition("l")
            x, y = map(int, start.split())
            found.add((x, y))
            numbers = [int(n) for n in steps.replace("-", " -").split()]
            for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
                x, y = x + dx, y + dy
                found.add((x, y))
        return found

    assert drawn.tolerance > 0 and corners(drawn.paths["left"]) <= corners(drawn.paths["right"])


def test_the_committed_outline_is_what_its_source_gives():
    assert TARGET.read_text(encoding="utf-8") == outline_svg()


# --- Loading --------------------------------------------------------------------------------------------------------


def test_provinces_are_drawn_on_one_sheet_and_regencies_on_their_provinces_own(two_provinces):
    for code in ("1101", "1171"):
        factories.region(code)
    boundaries.load(content(geojson(c11=around("11"), c51=around("51"))), source="BIG 2026")
    boundaries.load(content(two_squares()), source="BIG 2026")
    country, aceh = sheets.sheet(), sheets.sheet("11")
    assert (sorted(country.middles), country.width, country.source) == (["11", "51"], COUNTRY.width, "BIG 2026")
    assert (sorted(aceh.middles), aceh.width, aceh.height) == (["1101", "1171"], 1000, 508)
    assert sheets.sheet("51") is None
    assert sheets.paths("11", aceh.version)["1101"] == "M500 500l0-492-492 0 0 492z"


def test_a_second_load_takes_the_place_of_the_first_and_has_another_version(two_provinces):
    boundaries.load(content(geojson(c11=around("11"), c51=around("51"))), source="satu")
    first = BoundaryLayer.objects.get()
    boundaries.load(content(geojson(c11=square(95.3, 5.5, 0.4), c51=around("51"))), source="dua")
    second = BoundaryLayer.objects.get()
    assert (first.source, second.source, first.checksum == second.checksum) == ("satu", "dua", False)
    assert Boundary.objects.count() == 2


def command(*arguments, **options) -> str:
    out = StringIO()
    call_command("loadboundaries", *arguments, stdout=out, **options)
    return out.getvalue()


def test_the_command_loads_checks_and_removes(two_provinces, tmp_path):
    file = tmp_path / "provinsi.geojson"
    file.write_bytes(content(geojson(c11=around("11"), c51=around("51"))))
    checked = command(file, check=True)
    assert ("2 provinces would be taken" in checked, BoundaryLayer.objects.count()) == (True, 0)
    assert "2 provinces loaded" in command(file)
    assert BoundaryLayer.objects.get().source == "provinsi.geojson"
    assert command(remove="all") == "2 boundaries removed.\n"
    assert (BoundaryLayer.objects.count(), Boundary.objects.count()) == (0, 0)


@pytest.mark.parametrize("text", ["nonsense", '{"type": "FeatureCollection", "features": []}'])
def test_the_command_names_a_refused_file_with_the_reason(two_provinces, tmp_path, text):
    file = tmp_path / "salah.json"
    file.write_text(text)
    with pytest.raises(CommandError, match=r"salah\.json: refused\."):
        command(file)


def test_the_command_says_what_it_wants_and_what_it_cannot_find(db, tmp_path):
    with pytest.raises(CommandError, match="Name a file"):
        command()
    with pytest.raises(CommandError, match="No such file"):
        command(tmp_path / "tidak-ada.json")
