"""A case may say on which side of the car its steering wheel is; a case that says nothing builds both."""

from __future__ import annotations

from roadstead.study.spec import read_study


def with_sides(case, *sides):
    """The starter case with the column, a cell for each model in turn."""
    head, *rows = case.table("models.csv")
    told = [*sides, *[""] * (len(rows) - len(sides))]
    case.write("models.csv", [[*head, "driver_sides"], *([*row, side] for row, side in zip(rows, told, strict=True))])
    return [row[0] for row in rows], len(head) + 1


def test_the_column_may_be_left_out(case):
    assert all(not model.driver_sides for model in read_study(case.folder).carmaker.models.values())


def test_sides_are_read(case):
    models, _ = with_sides(case, "RHD", "LHD|RHD")
    read = read_study(case.folder).carmaker.models
    assert read[models[0]].driver_sides == {"RHD"}
    assert read[models[1]].driver_sides == {"LHD", "RHD"}


def test_a_side_nobody_drives_on(case):
    _, column = with_sides(case, "middle")
    fault = case.fault()
    assert (fault.code, fault.where) == ("RS-T106", f"models.csv:2:{column} (driver_sides)")
    assert "LHD" in fault.expected
