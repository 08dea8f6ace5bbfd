"""A bad case.yaml: each fault gets one clear line with its place, what was expected, and a code."""

from __future__ import annotations

import pytest

YAML = "case.yaml"


def says(fault, where, code, *words):
    assert fault.where.partition(" ")[0] == where
    assert fault.code == code
    for word in words:
        assert word in str(fault)


def test_a_duplicated_key(case):
    case.edit(YAML, "seed: 1  ", "seed: 1\nseed: 2  ")
    says(case.fault(), case.line_of(YAML, "seed: 2"), "RS-S602", "`seed` stands twice, first in line", "each key once")


def test_a_duplicated_key_hides_no_other_fault(case):
    case.edit(YAML, "seed: 1  ", "seed: 1\nseed: 2  ")
    case.edit(YAML, "draws: 1000", "draws: 10")
    assert [fault.code for fault in case.faults()] == ["RS-S602", "RS-S603"]


def test_no_as_a_value(case):
    case.edit(YAML, "origins: [CHN]}\n  - id: eu_price_deal", "origins: [NO]}\n  - id: eu_price_deal")
    says(case.fault(), case.line_of(YAML, "NO]}"), "RS-S602", "NO without quotes", "yes or no", "NOR for Norway")


def test_no_as_a_key(case):
    case.edit(YAML, "  TUR: {cert", "  NO: {cert")
    says(case.fault(), case.line_of(YAML, "NO: {"), "RS-S602", "NO without quotes", "NOR for Norway")


def test_a_fact_declared_with_no(case):
    case.edit(YAML, "TUR_INVESTMENT: false", "TUR_INVESTMENT: no")
    says(case.fault(), case.line_of(YAML, "no}   "), "RS-S602", "true or false for a fact")


def test_no_in_quotes_is_a_country(case):
    case.edit(YAML, "  TUR: {cert", '  "NO": {qualifies.EFTA: true}\n  TUR: {cert')
    from roadstead.study.spec import read_study

    assert "NOR" in read_study(case.folder).carmaker.declared


@pytest.mark.parametrize("word", ["true", "false"])
def test_a_truth_where_text_is_meant(case, word):
    case.edit(YAML, "name: Harbour Motors   ", f"name: {word}   ")
    says(case.fault(), case.line_of(YAML, f"{word}          # printed"), "RS-S602", "without quotes")


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ("parent: today, probability: 0.6", "parent: today, probability: 60", "60, name: EU duty stays"),
        ("rate: 0.16", "rate: 16", "16}"),
        ("effort: {gap: 0.01", "effort: {gap: 1.5", "1.5, seconds"),
    ],
    ids=["probability", "rate of an amendment", "gap"],
)
def test_a_percentage(case, old, new, text):
    case.edit(YAML, old, new)
    number = text.partition("}")[0].partition(",")[0]
    says(case.fault(), case.line_of(YAML, text), "RS-T109", f"{number} looks like a percentage", f"for {number} %")


def test_probabilities_that_do_not_sum(case):
    case.edit(YAML, "parent: today, probability: 0.4", "parent: today, probability: 0.3")
    where = case.line_of(YAML, "0.6, name: EU duty stays")
    says(case.fault(), where, "RS-S610", "under `today` sum to 0.9 (0.6 + 0.3)", "sum to 1")


def test_a_root_that_is_not_certain(case):
    case.edit(YAML, "{id: today, name", "{id: today, probability: 0.5, name")
    says(case.fault(), case.line_of(YAML, "0.5, name: Rules"), "RS-S610", "the root has probability 0.5")


def test_a_node_that_cannot_be_reached(case):
    case.edit(YAML, "id: deal_fast, parent: deal, probability: 0.6", "id: deal_fast, parent: deal, probability: 0")
    case.edit(YAML, "id: deal_slow, parent: deal, probability: 0.4", "id: deal_slow, parent: deal, probability: 1")
    says(case.fault(), case.line_of(YAML, "0, name: fast adoption"), "RS-S610", "`deal_fast` has probability 0")


def test_an_unknown_event(case):
    case.edit(YAML, "fires: [eu_price_deal]", "fires: [eu_price_deal, eu_relents]")
    says(case.fault(), case.line_of(YAML, "eu_relents"), "RS-S609", "there is no event `eu_relents`", "brazil_relents")


def test_an_event_that_no_node_fires(case):
    case.edit(YAML, ", fires: [demand_slow]}", "}")
    case.edit(YAML, "[demand_slow, turkey_relents]", "[turkey_relents]")
    says(case.fault(), case.line_of(YAML, "id: demand_slow"), "RS-S609", "no node fires `demand_slow`")


def test_an_event_that_changes_nothing(case):
    case.edit(YAML, "    demand: slow", "    note: forgotten")
    says(case.fault(), case.line_of(YAML, "id: demand_slow"), "RS-S603", "`demand_slow` changes nothing")


def test_an_event_without_reasons(case):
    case.edit(YAML, "rests_on: about half of the outlook's draws", 'rests_on: " "')
    says(case.fault(), case.line_of(YAML, '" "'), "RS-T111", "nothing stands behind `demand_fast`")


def test_local_content_where_no_line_stands(case):
    case.edit(YAML, "    demand: slow", "    demand: slow\n    content: [{place: IDN, least: 0.6}]")
    says(case.fault(), case.line_of(YAML, "IDN, least"), "RS-S612", "no line stands in IDN", "BRA, TUR, AUT")


def test_local_content_of_a_union_holds_in_its_countries(case):
    case.edit(YAML, "    demand: slow", "    demand: slow\n    content: [{place: EU27, least: 0.6}]")
    from roadstead.study.spec import read_study

    assert [rule.place for rule in read_study(case.folder).events["demand_slow"].content] == ["AUT"]


def test_an_amendment_that_finds_nothing(case):
    case.edit(YAML, "importer: TUR, kind: SURTAX", "importer: GBR, kind: SURTAX")
    where = case.line_of(YAML, "{action: end, importer: GBR")
    says(case.fault(), where, "RS-L205", "to end GBR SURTAX changes nothing as `walls_slow` begins in 2032")


def test_an_amendment_of_a_kind_that_is_none(case):
    case.edit(YAML, "kind: SURTAX", "kind: SURCHARGE")
    where = case.line_of(YAML, "{action: end, importer: TUR")
    says(case.fault(), where, "RS-S603", "no kind of measure `SURCHARGE`", "COUNTERVAILING")


def test_an_amendment_without_a_rate(case):
    case.edit(YAML, ", rate: 0.16", "")
    where = case.line_of(YAML, "{action: set, importer: BRA")
    says(case.fault(), where, "RS-S603", "`set` without a rate", "as a fraction")


def test_an_amendment_of_a_product_that_is_none(case):
    case.edit(YAML, "products: [ckd]", "products: [kits]")
    where = case.line_of(YAML, "{action: set, importer: BRA")
    says(case.fault(), where, "RS-S603", "no product `kits`", "ckd")


def test_an_amendment_of_a_powertrain_that_is_none(case):
    case.edit(YAML, "products: [ckd]", "products: [ckd], powertrains: [EV]")
    says(case.fault(), case.line_of(YAML, "EV], rate"), "RS-S603", "'EV' does not fit", "'BEV'")


def test_an_amendment_for_a_firm_that_law_does_not_know(case):
    case.edit(YAML, "products: [ckd]", "products: [ckd], firms: [Harbor]")
    found = case.faults()
    says(found[0], case.line_of(YAML, "{action: set, importer: BRA"), "RS-S606", "trade law knows no firm `Harbor`")


def test_an_unknown_importer(case):
    case.edit(YAML, "importer: TUR, kind: SURTAX", "importer: Turkay, kind: SURTAX")
    where = case.line_of(YAML, "{action: end, importer: Turkay")
    says(case.fault(), where, "RS-W301", "'Turkay' is no country", "did you mean TUR")


def test_a_fact_that_law_does_not_ask_for(case):
    case.edit(YAML, "certificate.TUR_INVESTMENT: false", "certified.TUR_INVESTMENT: false")
    says(case.fault(), case.line_of(YAML, "false}"), "RS-L202", "`certified.TUR_INVESTMENT` is not a fact")


def test_a_missing_entry(case):
    case.edit(YAML, "home: CHN   ", "# home: CHN")
    says(case.fault(), "case.yaml:1:1", "RS-S603", "`home` is missing", "roadstead new")


def test_an_entry_nobody_knows(case):
    case.edit(YAML, "seed: 1  ", "sead: 1  ")
    says(case.fault(), case.line_of(YAML, "sead: 1"), "RS-S603", "`sead` is not known here")


def test_an_entry_with_nothing_after_it(case):
    case.edit(YAML, "pins: []", "pins:")
    fault = case.fault()
    assert (fault.code, fault.message) == ("RS-S603", "nothing stands here")


def test_a_day_that_is_none(case):
    case.edit(YAML, "2026-07-02   ", '"2026-02-30"')
    says(
        case.fault(), case.line_of(YAML, '"2026-02-30"'), "RS-S603", "'2026-02-30' does not fit", "day of the calendar"
    )


def test_no_yaml_at_all(case):
    case.edit(YAML, "horizon: {first", "horizon: [first")
    fault = case.fault()
    assert fault.code == "RS-S601"
    assert fault.where.startswith("case.yaml:")


@pytest.mark.parametrize(
    "text",
    ["", "- a\n- b\n", "day: 2026-13-45\n", "&a [*a]\n", "a: &b {c: *b}\n", "\x00", "a: !!python/object:os.x {}\n"],
)
def test_what_is_no_case(case, text):
    case.path(YAML).write_text(text, encoding="utf-8")
    assert {fault.code for fault in case.faults()} <= {"RS-S601", "RS-S603"}


def test_a_case_in_another_encoding(case):
    case.path(YAML).write_bytes(case.path(YAML).read_text(encoding="utf-8").encode("gb18030"))
    says(case.fault(), "case.yaml:1:1", "RS-S601", "UTF-8")


def test_no_case_at_all(case):
    case.path(YAML).unlink()
    says(case.fault(), str(case.path(YAML)), "RS-S601", "there is no such file", "roadstead new")


@pytest.mark.parametrize(
    ("old", "new", "code", "words"),
    [
        ("last_decision: 2032", "last_decision: 2040", "RS-S608", "first < last_decision <= last"),
        ("base_year: 2025", "base_year: 2030", "RS-S608", "at most 2027"),
        ("currency: USD", "currency: EUR", "RS-S608", "not expressible yet"),
        ("stages: [2027, 2029, 2032]", "stages: [2027, 2032, 2029]", "RS-S609", "rising years"),
        ("stages: [2027, 2029, 2032]", "stages: [2028, 2029, 2032]", "RS-S609", "the first of them 2027"),
        ("stages: [2027, 2029, 2032]", "stages: [2027, 2029, 2040]", "RS-S609", "the last not after 2036"),
    ],
)
def test_years_and_money_that_do_not_fit(case, old, new, code, words):
    case.edit(YAML, old, new)
    fault = case.fault()
    assert fault.code == code
    assert words in str(fault)


def test_an_unknown_parent(case):
    case.edit(YAML, "{id: deal_slow, parent: deal,", "{id: deal_slow, parent: dael,")
    found = case.faults()
    says(found[1], case.line_of(YAML, "dael,"), "RS-S609", "the parent `dael` of `deal_slow` is not known")


def test_a_path_that_stops_early(case):
    for node in ("fast", "slow"):
        line = next(ln for ln in case.path(YAML).read_text(encoding="utf-8").splitlines() if f"id: deal_{node}," in ln)
        case.edit(YAML, line + "\n", "")
    found = case.faults()
    says(found[0], case.line_of(YAML, "{id: deal,"), "RS-S609", "`deal` is at stage 2 of 3", "one node per stage")


@pytest.mark.parametrize(
    ("pins", "words"),
    [
        ("[{what: izmir, do: open, by: 2029}, {what: izmir, do: never}]", "`izmir` is pinned both open and never"),
        ("[{what: izmir, do: open, by: 2034}]", "2034 is outside the years in which something can be committed to"),
        ("[{what: izmir, do: open, by: 2026}]", "a year from 2027 to 2032"),
        ("[{what: izmir, do: open}]", "`open` izmir without a year"),
        ("[{what: bahia, do: open, by: 2029}]", "`bahia` is operating: it runs without a decision"),
        ("[{what: lisbon, do: never}]", "`lisbon` is no line and no market"),
        ("[{what: DEU, do: never}]", "`DEU` is entered already"),
    ],
)
def test_pins_that_cannot_be_kept(case, pins, words):
    case.edit(YAML, "\npins: []", f"\npins: {pins}")
    fault = case.fault()
    assert fault.code == "RS-S614"
    assert fault.where.partition(":")[0] == YAML
    assert fault.where.split(":")[1] == case.line_of(YAML, f"pins: {pins}").split(":")[1]
    assert words in str(fault)


def test_a_pin_on_a_line_that_opens_too_late(case):
    case.set("lines.csv", ("izmir",), "lead", "10")
    case.edit(YAML, "\npins: []", "\npins: [{what: izmir, do: open, by: 2029}]")
    fault = case.fault()
    assert fault.code == "RS-S614"
    assert "even ordered in 2027 it opens after 2036" in str(fault)


def test_pins_that_can_be_kept(case):
    case.edit(YAML, "\npins: []", "\npins: [{what: izmir, do: open, by: 2029}, {what: GBR, do: never}]")
    from roadstead.study.spec import read_study

    assert [pin.what for pin in read_study(case.folder).pins] == ["izmir", "GBR"]


@pytest.mark.parametrize(
    ("programme", "words"),
    [
        ("{lisbon: {year: 2028, modules: 1}}", "`lisbon` is no line"),
        ("{bahia: {year: 2028, modules: 1}}", "`bahia` is operating: nothing can be announced of it"),
        ("{izmir: {year: 2035, modules: 1}}", "a year from 2027 to 2032"),
        ("{izmir: {year: 2028, modules: 4}}", "4 steps announced where `izmir` can have 3"),
    ],
)
def test_a_programme_that_cannot_be(case, programme, words):
    case.edit(YAML, "announced: {}", f"announced: {programme}")
    fault = case.fault()
    assert fault.code == "RS-S617"
    assert words in str(fault)


def test_a_programme_that_opens_too_late(case):
    case.set("lines.csv", ("izmir",), "lead", "6")
    case.edit(YAML, "announced: {}", "announced: {izmir: {year: 2032, modules: 1}}")
    fault = case.fault()
    assert fault.code == "RS-S617"
    assert "`izmir` takes 6 years: ordered in 2032 it opens after 2036" in str(fault)
    assert "a year up to 2030" in str(fault)


def test_an_announced_line_without_a_programme(case):
    case.set("lines.csv", ("izmir",), "standing", "announced")
    case.set("lines.csv", ("izmir",), "opens", "2029")
    where = case.line_of(YAML, "announced: {}").rpartition(":")[0] + f":{len('announced: ') + 1}"
    says(case.fault(), where, "RS-S617", "`izmir` is announced in lines.csv, but not in case.yaml")


def test_faults_of_the_document_and_the_tables_are_told_at_once(case):
    case.edit(YAML, "parent: today, probability: 0.4", "parent: today, probability: 0.3")
    case.set("models.csv", ("city",), "ex_works", "-1")
    assert [fault.code for fault in case.faults()] == ["RS-S610", "RS-T110"]


def test_a_faulty_entry_hides_no_contradiction_between_the_tables(case):
    case.edit(YAML, "parent: today, probability: 0.6", "parent: today, probability: 60")
    case.edit(YAML, "TUR_INVESTMENT: false", "TUR_INVESTMENT: no")
    case.set("lines.csv", ("izmir",), "lead", "")
    assert [fault.code for fault in case.faults()] == ["RS-S602", "RS-T109", "RS-S611"]
