"""Short tables kept by hand: blocs with their members and producer groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conversion.writing import SourceBook, evidence

if TYPE_CHECKING:
    from collections.abc import Iterator

AS_OF = "2026-07-02"

EU27_SINCE = {
    "1958-01-01": "BEL DEU FRA ITA LUX NLD",
    "1973-01-01": "DNK IRL",
    "1981-01-01": "GRC",
    "1986-01-01": "ESP PRT",
    "1995-01-01": "AUT FIN SWE",
    "2004-05-01": "CYP CZE EST HUN LTU LVA MLT POL SVK SVN",
    "2007-01-01": "BGR ROU",
    "2013-07-01": "HRV",
}
BLOCS = {
    "ASEAN": (
        "1967-08-08",
        "BRN KHM IDN LAO MYS MMR PHL SGP THA VNM",
        "Association of Southeast Asian Nations, member states",
        "https://asean.org/member-states/",
    ),
    "GCC": (
        "2003-01-01",
        "SAU ARE KWT QAT BHR OMN",
        "Gulf Cooperation Council, customs union of 1 January 2003",
        "https://www.gcc-sg.org/",
    ),
    "EFTA": (
        "1960-05-03",
        "CHE NOR ISL LIE",
        "European Free Trade Association, member states",
        "https://www.efta.int/",
    ),
    "EAEU": (
        "2015-01-01",
        "RUS BLR KAZ ARM KGZ",
        "Eurasian Economic Union, member states",
        "https://eec.eaeunion.org/",
    ),
    "AGADIR": ("2007-03-27", "MAR TUN EGY JOR", "Agadir Agreement, member states", "https://www.agadiragreement.org/"),
}


def blocs(book: SourceBook) -> Iterator[dict[str, str]]:
    """Members of the blocs that measures name."""
    union = book.cite(
        "European Union, country profiles: year of entry",
        "https://european-union.europa.eu/principles-countries-history/eu-countries_en",
    )
    for day, members in EU27_SINCE.items():
        for member in members.split():
            yield {"bloc": "EU27", "member": member, "member_from": day, **evidence(union, AS_OF, "high")}
    for bloc, (day, members, title, url) in BLOCS.items():
        source = book.cite(title, url)
        for member in members.split():
            yield {
                "bloc": bloc,
                "member": member,
                "member_from": day,
                **evidence(source, AS_OF, "medium", "day of entry given for the bloc, not the member"),
            }
