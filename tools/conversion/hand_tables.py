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

IN_CHINESE = {
    "BYD": "比亚迪",
    "Denza": "腾势",
    "Fangchengbao": "方程豹",
    "Yangwang": "仰望",
    "Geely": "吉利",
    "Volvo Cars": "沃尔沃",
    "Polestar": "极星",
    "Lotus": "路特斯",
    "Zeekr": "极氪",
    "Lynk & Co": "领克",
    "SAIC": "上汽",
    "MG": "名爵",
    "Maxus": "大通",
    "Roewe": "荣威",
    "IM Motors": "智己",
    "Tesla": "特斯拉",
    "VW Anhui": "大众安徽",
    "Chery": "奇瑞",
    "Great Wall": "长城",
    "XPeng": "小鹏",
    "NIO": "蔚来",
    "Leapmotor": "零跑",
    "Dongfeng": "东风",
    "Changan": "长安",
    "FAW": "一汽",
    "GAC": "广汽",
    "JAC": "江淮",
    "BMW Brilliance": "华晨宝马",
}
"""A maker under its Chinese name pays the rate of its group, not that of all others."""

GROUPS = {
    "BYD Group": ("BYD", "Denza", "Fangchengbao", "Yangwang"),
    "Geely Group": ("Geely", "Volvo Cars", "Polestar", "smart", "Lotus", "Zeekr", "Lynk & Co"),
    "SAIC Group": ("SAIC", "MG", "Maxus", "Roewe", "IM Motors"),
    "Tesla (Shanghai)": ("Tesla",),
    "VW Anhui": ("VW Anhui", "Volkswagen (Anhui)", "Cupra"),
    "Other cooperating": (
        "Chery", "Great Wall", "GWM", "XPeng", "NIO", "Leapmotor", "Dongfeng", "Changan", "FAW", "GAC", "JAC",
        "BMW Brilliance", "VW Anhui", "Volkswagen (Anhui)", "Cupra",
    ),
}  # fmt: skip
REGULATION = (
    "Commission Implementing Regulation (EU) 2024/2754 of 29 October 2024",
    "https://eur-lex.europa.eu/eli/reg_impl/2024/2754/oj",
    "2024-10-29",
)
NAMED = {"BYD", "Geely", "SAIC", "Tesla"}
"""Companies the regulation's own headings name; members of the groups were not read in its annex."""


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


def firm_groups(book: SourceBook) -> Iterator[dict[str, str]]:
    """Producer groups of the European countervailing duty, each maker in English and Chinese."""
    source = book.cite(*REGULATION)
    for group, firms in GROUPS.items():
        for firm in firms:
            named = firm in NAMED
            told = source if named else ""
            note = "" if named else "membership not read in the annex"
            yield {"group": group, "firm": firm, **evidence(told, AS_OF, "high" if named else "medium", note)}
            if firm in IN_CHINESE:
                note = f"Chinese name of {firm}" + (f"; {note}" if note else "")
                yield {"group": group, "firm": IN_CHINESE[firm], **evidence(told, AS_OF, "medium", note)}
