"""Segments a case states: read, carried to the nests, and refused where they contradict themselves or the case."""

from __future__ import annotations

from dataclasses import fields, is_dataclass

import numpy as np
import pytest

from roadstead.study.cover import evidence
from roadstead.study.progress import Quiet
from roadstead.study.spec import read_study
from roadstead.study.study import prepare
from roadstead.terms.errors import RoadsteadError
from roadstead.world.carmaker import Segment

TABLE = "segments.csv"
HEAD = "market,powertrain,segment,share,models,source,as_of,confidence,note\n"
WHY = "assumption,2026,low,for the test\n"


def write(case, *rows):
    case.path(TABLE).write_text(HEAD + "".join(f"{row},{WHY}" for row in rows), encoding="utf-8")


def arrays(value, name=""):
    """Every array inside frozen dataclasses and tuples, by its place."""
    if is_dataclass(value):
        for field in fields(value):
            yield from arrays(getattr(value, field.name), f"{name}.{field.name}")
    elif isinstance(value, (tuple, list)):
        for i, part in enumerate(value):
            yield from arrays(part, f"{name}[{i}]")
    elif isinstance(value, np.ndarray):
        yield name, value


def test_a_market_of_its_own_stands_before_every_market(case):
    """By market and powertrain: Brazil's electric cars have their own rows, its hybrids those of every market."""
    found = read_study(case.folder).carmaker.segments
    assert found["BRA", "BEV"] == (
        Segment("small", 0.4, ()),
        Segment("compact", 0.35, ("city",)),
        Segment("large", 0.25, ()),
    )
    assert found["BRA", "PHEV"] == found["DEU", "PHEV"] == (Segment("car", 0.4, ()), Segment("suv", 0.6, ("voyage",)))
    assert [part.share for part in found["DEU", "BEV"]] == [0.15, 0.4, 0.45]
    assert found.keys() == {(m, group) for m in ("DEU", "GBR", "TUR", "BRA", "THA") for group in ("BEV", "PHEV")}


def test_a_powertrain_without_rows_is_one_segment(case):
    write(case, "Germany,BEV,small,0.4,city", "DEU,BEV,mid,0.6,", "*,OTHER,small,0.3,", "*,OTHER,big,0.7,")
    carmaker = read_study(case.folder).carmaker
    assert carmaker.segments["DEU", "BEV"] == (Segment("small", 0.4, ("city",)), Segment("mid", 0.6, ()))
    assert carmaker.segments["THA", "other"] == (Segment("small", 0.3, ()), Segment("big", 0.7, ()))
    assert ("BRA", "BEV") not in carmaker.segments
    contests = {met.market: met for met in prepare(read_study(case.folder), Quiet()).evaluation.ledger.selling.contests}
    assert contests["DEU"].nests == ("BEV small", "BEV mid", "PHEV", "other small", "other big")
    assert contests["BRA"].nests == ("BEV", "PHEV", "other small", "other big")


def test_one_segment_for_all_is_no_segment(case):
    """Every array of the prospect, to rounding."""
    write(case, "*,BEV,all,1,city", "*,PHEV,all,1.0,voyage", "*,OTHER,all,1,")
    one = dict(arrays(prepare(read_study(case.folder), Quiet()).evaluation.prospect))
    case.path(TABLE).unlink()
    none = dict(arrays(prepare(read_study(case.folder), Quiet()).evaluation.prospect))
    assert one.keys() == none.keys()
    assert len(one) > 30
    for name, array in one.items():
        if array.dtype.kind == "f":
            np.testing.assert_allclose(array, none[name], rtol=1e-9, atol=1e-9, err_msg=name)
        else:
            assert (array == none[name]).all(), name


def test_segments_stand_in_the_list_of_evidence(case):
    rows = [row for row in evidence(read_study(case.folder)) if row.figure.startswith("segments")]
    assert [(row.figure, row.value, row.unit) for row in rows[:2]] == [
        ("segments: * BEV small", "0.15", "1"),
        ("segments: * BEV compact", "0.4", "1"),
    ]
    assert all(row.is_assumption for row in rows)


@pytest.mark.parametrize(
    ("rows", "place", "code", "message", "expected"),
    [
        (
            ("DEU,BEV,small,0.3,city", "DEU,BEV,mid,0.6,"),
            "2:4 (share)",
            "RS-S642",
            "the segments of BEV in DEU sum to 0.9 (0.3 + 0.6)",
            "shares that sum to 1",
        ),
        (
            ("*,PHEV,car,0.3,voyage", "*,PHEV,suv,0.8,"),
            "2:4 (share)",
            "RS-S642",
            "the segments of PHEV in every market sum to 1.1 (0.3 + 0.8)",
            "shares that sum to 1",
        ),
        (
            ("*,BEV,small,0.3,", "*,BEV,mid,0.7,"),
            "2:5 (models)",
            "RS-S642",
            "`city` is offered in DEU, but stands in no segment of BEV there",
            "every model under one of the segments",
        ),
        (
            ("BRA,BEV,small,0.3,city", "BRA,BEV,mid,0.7,city"),
            "3:5 (models)",
            "RS-S642",
            "`city` stands in `small` and in `mid` in BRA",
            "one segment for each model",
        ),
        (
            ("BRA,BEV,small,0.3,city|city", "BRA,BEV,mid,0.7,voyage"),
            "3:5 (models)",
            "RS-S642",
            "`voyage` stands in a segment of BEV",
            "a segment of PHEV, which it is sold as",
        ),
        (
            ("BRA,BEV,small,0.3,citty", "BRA,BEV,mid,0.7,"),
            "2:5 (models)",
            "RS-S606",
            "there is no model `citty`",
            "one of city, voyage",
        ),
        (
            ("NOR,BEV,small,0.3,city", "NOR,BEV,mid,0.7,"),
            None,
            "RS-S642",
            "`NOR` is no market that is planned",
            "*, or one of DEU, GBR, TUR, BRA, THA",
        ),
        (
            ("BRA,ICE,small,1,",),
            "2:2 (powertrain)",
            "RS-T106",
            "'ICE' is not known here",
            "one of BEV, PHEV, OTHER",
        ),
        (
            ("BRA,OTHER,small,1,city",),
            "2:5 (models)",
            "RS-S642",
            "`city` stands in a segment of OTHER",
            "a segment of BEV, which it is sold as",
        ),
        (
            ("BRA,BEV,small,1,city", "BRA,BEV,mid,0,"),
            "3:4 (share)",
            "RS-S642",
            "the segment `mid` has no sales",
            "a share above 0, or no such row",
        ),
        (
            ("BRA,BEV,small,0.3,city", "Brazil,BEV,small,0.7,"),
            "3:1 (market)",
            "RS-T104",
            "`Brazil` is `BRA` of line 2 under another name",
            "one row for each, best under its alpha-3 code",
        ),
        (
            ("BRA,BEV,small,0.09,city", "BRA,BEV,mid,0.91,"),
            "2:4 (share)",
            "RS-S642",
            "own models are to reach 0.1 of BEV in BRA, and `small` is 0.09 of it",
            "a larger segment, or a smaller share in ambitions.csv",
        ),
        (
            ("BRA,BEV,small,30,city", "BRA,BEV,mid,0.7,"),
            "2:4 (share)",
            "RS-T109",
            "30 looks like a percentage",
            "a fraction: write 0.3 for 30 %",
        ),
        (
            ("BRA,BEV,,1,city",),
            "2:3 (segment)",
            "RS-T105",
            "nothing stands here",
            "text: a name such as small, mid or pickup",
        ),
    ],
    ids=[
        "sum", "sum of all", "stands nowhere", "stands twice", "other powertrain", "no model", "not planned", "no class",
        "own car that plugs in", "no sales", "two names", "too small", "percentage", "no name",
    ],
)  # fmt: skip
def test_segments_that_contradict_themselves_or_the_case(case, rows, place, code, message, expected):
    write(case, *rows)
    found = case.faults()
    places = [place] if place else [f"{line}:1 (market)" for line in range(2, 2 + len(rows))]
    assert [fault.where for fault in found] == [f"{TABLE}:{one}" for one in places]
    for fault in found:
        assert (fault.code, fault.message, fault.expected) == (code, message, expected)


def test_an_entry_that_outgrows_its_segment_is_told_before_it_is_planned(case):
    """Its path may lead beyond what its segment sells; no row says so by itself, the node-years do."""
    case.set("segments.csv", ("*", "BEV", "compact"), "share", "0.02")
    case.set("segments.csv", ("*", "BEV", "large"), "share", "0.83")
    case.set("ambitions.csv", ("THA", "BEV"), "share", "0.02")
    case.set("ambitions.csv", ("TUR", "BEV"), "share", "0.02")
    case.path("entry_paths.csv").write_text(
        "market,powertrain,years,low,middle,high,analogues,source,as_of,confidence,note\n"
        "GBR,BEV,2,0.01,0.02,0.03,,assumption,2026,low,for the test\n"
        "GBR,BEV,6,0.02,0.05,0.09,,assumption,2026,low,for the test\n",
        encoding="utf-8",
    )
    study = read_study(case.folder)
    with pytest.raises(RoadsteadError) as caught:
        prepare(study, Quiet())
    (fault,) = caught.value.faults
    assert (fault.where, fault.code) == ("demand in GBR", "RS-D501")
    assert "in the nest `BEV compact`" in fault.message
    assert "a larger one of `BEV compact` in segments.csv" in fault.expected
