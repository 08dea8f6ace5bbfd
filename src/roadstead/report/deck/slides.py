"""Slides of one look: a title, boxes of text that fit, tables whose rows are as tall as their text, native charts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR
from pptx.oxml.ns import qn
from pptx.util import Pt

from roadstead.report.charts.style import INK, MUTED, RULE
from roadstead.report.deck.fitting import LEADING, Line, count, cut, fitted, height, wide
from roadstead.report.lines import pieces

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.report.words import Words

WIDTH, HEIGHT = 960.0, 540.0
"""Of a slide, 16 to 9. [points]"""
LEFT, RIGHT, TOP, BOTTOM = 36.0, 924.0, 84.0, 506.0
"""Where what a slide shows may stand, below its title and above its foot. [points]"""
LATIN, CHINESE = "Arial", "Microsoft YaHei"
"""Fonts that offices have; others put theirs in their place."""
MARGIN = 4.0
"""Room between a cell's edge and its text. [points]"""
SPACING, BEFORE, POINTS = map(qn, ("a:lnSpc", "a:spcBef", "a:spcPts"))
RUN, LOOK, TEXT, FONT, FONT_EAST = map(qn, ("a:r", "a:rPr", "a:t", "a:latin", "a:ea"))
FILL, COLOUR, LINE_BELOW = map(qn, ("a:solidFill", "a:srgbClr", "a:lnB"))
"""Elements of text and of cells, written straight: by the library's doors they took as long as all else of the slides."""
PLAIN_TABLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"
"""The table style without lines or fills."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a slide. [points]"""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Entry:
    """A cell of a table: its text, how it is set, and the colour behind it."""

    text: str
    bold: bool = False
    right: bool = False
    fill: str = ""
    colour: str = INK


class Deck:
    """The slides, one after the other."""

    def __init__(self, words: Words, foot: str) -> None:
        """``foot`` stands at the foot of every slide, beside its number."""
        self.words = words
        self.foot = foot
        self.shown: Any = Presentation()
        self.shown.slide_width, self.shown.slide_height = Pt(WIDTH), Pt(HEIGHT)
        self.slide: Any = None

    def name(self, title: str) -> None:
        """Say what the file is."""
        told = self.shown.core_properties
        told.title, told.author, told.language = title, "Roadstead", "zh-CN" if self.words.language == "zh" else "en-GB"

    def begin(self, title: str) -> None:
        """Begin a slide."""
        self.slide = self.shown.slides.add_slide(self.shown.slide_layouts[5])
        heading = self.slide.shapes.title
        heading.left, heading.top, heading.width, heading.height = map(Pt, (LEFT, 20.0, RIGHT - LEFT, 50.0))
        _frame(heading.text_frame, MSO_ANCHOR.MIDDLE)
        room = (RIGHT - LEFT, 50.0)
        fit = fitted([[Line(cut(title, room, 17.0), bold=True)]], room, str, (26.0, 24.0, 22.0, 20.0, 18.0, 17.0))
        self._fill(heading.text_frame, fit.lines, fit.size)
        self.rule(Box(LEFT, 74.0, RIGHT - LEFT, 0.0))
        self.text(Box(LEFT, 512.0, RIGHT - LEFT - 60.0, 16.0), [[Line(self.foot, colour=MUTED)]], (9.0,))
        self.text(
            Box(RIGHT - 50.0, 512.0, 50.0, 16.0),
            [[Line(str(len(self.shown.slides)), colour=MUTED)]],
            (9.0,),
            right=True,
        )

    def rule(self, box: Box, colour: str = INK) -> None:
        """A line across."""
        line = self.slide.shapes.add_connector(
            1, Pt(box.left), Pt(box.top), Pt(box.left + box.width), Pt(box.top + box.height)
        )
        line.line.color.rgb, line.line.width = rgb(colour), Pt(1.25)
        line._element.remove(line._element.find(qn("p:style")))  # noqa: SLF001 -- the theme's shadow

    def text(
        self,
        box: Box,
        items: Sequence[Sequence[Line]],
        sizes: Sequence[float] = (14.0, 13.0, 12.0, 11.0, 10.0, 9.0),
        *,
        right: bool = False,
    ) -> float:
        """A box of text in the largest size that fits; how tall the text is. [points]"""
        if not items:
            return 0.0
        fit = fitted(items, (box.width, box.height), self._more, sizes)
        shape = self.slide.shapes.add_textbox(*map(Pt, (box.left, box.top, box.width, box.height)))
        _frame(shape.text_frame, MSO_ANCHOR.TOP)
        self._fill(shape.text_frame, fit.lines, fit.size, "r" if right else "l")
        return height(fit.lines, box.width, fit.size)

    def table(
        self,
        box: Box,
        rows: Sequence[Sequence[Entry]],
        widths: Sequence[float],
        sizes: Sequence[float] = (12.0, 11.0, 10.0, 9.0),
    ) -> None:
        """A table, its first row the heads: in the largest size in which it fits, its last rows left out where none does.

        ``widths`` are shares of the box.
        """
        columns = [box.width * share / sum(widths) for share in widths]
        size = next(
            (s for s in sizes if sum(_tall(rows, columns, s)) <= box.height and _words_fit(rows, columns, s)), sizes[-1]
        )
        heights = _tall(rows, columns, size)
        shown, note = len(rows), 16.0
        while shown > 1 and sum(heights[:shown]) > box.height - (note if shown < len(rows) else 0.0):
            shown -= 1
        if shown < len(rows):
            self.text(
                Box(box.left, box.top + box.height - note, box.width, note),
                [[Line(self._more(len(rows) - shown), colour=MUTED)]], (10.0,),
            )  # fmt: skip
        place = (box.left, box.top, sum(columns), sum(heights[:shown]))
        table = self.slide.shapes.add_table(shown, len(columns), *map(Pt, place)).table
        table._tbl.tblPr.find(qn("a:tableStyleId")).text = PLAIN_TABLE  # noqa: SLF001 -- the library has no other door
        table.horz_banding = False
        for c, width in enumerate(columns):
            table.columns[c].width = Pt(width)
        for r, row in enumerate(rows[:shown]):
            table.rows[r].height = Pt(heights[r])
            for c, entry in enumerate(row):
                self._cell(table.cell(r, c), entry, size, last=r == 0)

    def swatch(self, box: Box, text: str, fill: str, ink: str) -> None:
        """A coloured box that says what its colour means."""
        shape = self.slide.shapes.add_shape(1, *map(Pt, (box.left, box.top, box.width, box.height)))
        shape.fill.solid()
        shape.fill.fore_color.rgb = rgb(fill)
        shape.line.fill.background()
        shape._element.remove(shape._element.find(qn("p:style")))  # noqa: SLF001 -- as above
        _frame(shape.text_frame, MSO_ANCHOR.MIDDLE)
        self._fill(shape.text_frame, (Line(text, colour=ink),), 10.0, "ctr")

    def chart(self, box: Box, kind: Any, data: Any, spoken: str) -> Any:
        """A native chart; ``spoken`` is what it shows, for readers who do not see it."""
        frame = self.slide.shapes.add_chart(kind, *map(Pt, (box.left, box.top, box.width, box.height)), data)
        frame._element.nvGraphicFramePr.cNvPr.set("descr", spoken)  # noqa: SLF001 -- as above
        return frame.chart

    def _more(self, count: int) -> str:
        return self.words.fill("deck.more", count=count)

    def _cell(self, cell: Any, entry: Entry, size: float, *, last: bool) -> None:
        lines = (Line(entry.text, bold=entry.bold, colour=entry.colour),)
        self._fill(cell.text_frame, lines, size, "r" if entry.right else "l")
        properties = cell._tc.get_or_add_tcPr()  # noqa: SLF001 -- the library has no other door
        side, above = str(Pt(MARGIN)), str(Pt(MARGIN / 2))
        for name, value in {"marL": side, "marR": side, "marT": above, "marB": above, "anchor": "t"}.items():
            properties.set(name, value)
        line = _put(properties, LINE_BELOW, w="9525" if last else "6350")
        _paint(line, INK if last else RULE)
        if entry.fill:
            _paint(properties, entry.fill)

    def _fill(self, frame: Any, lines: Sequence[Line], size: float, align: str = "l") -> None:
        language = "zh-CN" if self.words.language == "zh" else "en-GB"
        for i, line in enumerate(lines):
            paragraph = (frame.paragraphs[0] if i == 0 else frame.add_paragraph())._p  # noqa: SLF001 -- as above
            each = size * line.scale
            set_so = paragraph.get_or_add_pPr()
            set_so.set("algn", align)
            if line.indent:
                set_so.set("marL", str(int(Pt(line.indent))))
            _put(_put(set_so, SPACING), POINTS, val=_hundredths(each * LEADING))
            _put(_put(set_so, BEFORE), POINTS, val=_hundredths(each * LEADING * line.before if i else 0.0))
            run = _put(paragraph, RUN)
            look = _put(run, LOOK, sz=_hundredths(each), b="1" if line.bold else "0", lang=language)
            _paint(look, line.colour)
            _put(look, FONT, typeface=LATIN)
            _put(look, FONT_EAST, typeface=CHINESE)
            _put(run, TEXT)
            run.text = line.text or "\N{NO-BREAK SPACE}"  # an empty line would be as tall as the theme's text


def _put(inside: Any, tag: str, **attributes: str) -> Any:
    """A new element at the end of another."""
    made = inside.makeelement(tag, attributes)
    inside.append(made)
    return made


def _paint(inside: Any, colour: str) -> None:
    """What an element is filled with."""
    _put(_put(inside, FILL), COLOUR, val=colour.removeprefix("#").upper())


def _hundredths(points: float) -> str:
    """A length in hundredths of a point, as text is measured in the file."""
    return str(Pt(points).centipoints)


def rgb(colour: str) -> Any:
    """A colour as the library takes it."""
    return RGBColor.from_string(colour.removeprefix("#").upper())


def _frame(frame: Any, anchor: Any) -> None:
    frame.word_wrap = True
    frame.vertical_anchor = anchor
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0


def _tall(rows: Sequence[Sequence[Entry]], columns: Sequence[float], size: float) -> list[float]:
    """How tall each row is. [points]"""
    return [
        MARGIN + size * LEADING * max(
            count(Line(entry.text, bold=entry.bold), width - 2 * MARGIN, size) for entry, width in zip(row, columns, strict=True)
        )
        for row in rows
    ]  # fmt: skip


def _words_fit(rows: Sequence[Sequence[Entry]], columns: Sequence[float], size: float) -> bool:
    """True where no word is wider than its column, so that none is torn."""
    return all(
        wide(piece.rstrip(), size, bold=entry.bold) <= width - 2 * MARGIN
        for row in rows
        for entry, width in zip(row, columns, strict=True)
        for piece in pieces(entry.text)
    )
