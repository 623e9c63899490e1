"""Draw a sheet of the first answers to searches in both demonstration collections.

    python tools/draw_answers.py docs/images/searches.jpg [--home-dir FOLDER] [--font FILE]

Asks the indexes that `diptych demo` leaves in the local stack of the home folder.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click
from PIL import Image, ImageDraw, ImageFont

from diptych.plugin.demo.exhibits import Exhibit, exhibits
from diptych.plugin.searching import open_desk
from diptych.query.request import SearchRequest
from diptych.settings import Settings, load_settings

_ASKED: Final = (
    ("yellow dress", "红色长款外套", "scarlet couch"),
    (
        "一只白色的猫在草地上玩耍",
        "夕阳下的海滩",
        "海边度假",
        "世界杯决赛",
        "细胞结构",
        "医学图片",
    ),
)
_N_PRODUCTS: Final = 600
_N_SHOWN: Final = 7
_SIDE_PX, _GAP_PX, _LINE_PX = 150, 8, 32
_FONT_PX: Final = 20
_PAPER, _INK = "#f6f5f1", "#222222"

_Row = tuple[str, list[Path]]


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--home-dir", type=click.Path(path_type=Path))
@click.option("--font", default="NotoSansCJK-Regular.ttc", help="With Chinese characters.")
def main(file: Path, home_dir: Path | None, font: str) -> None:
    """Ask, and draw a row of pictures for each search."""
    settings = load_settings() if home_dir is None else load_settings(home_dir=str(home_dir))
    rows = [
        row
        for exhibit, asked in zip(exhibits(_N_PRODUCTS), _ASKED, strict=True)
        for row in _rows(settings, exhibit, asked)
    ]
    _sheet(rows, ImageFont.truetype(font, _FONT_PX)).save(file, quality=80)


def _rows(settings: Settings, exhibit: Exhibit, asked: Sequence[str]) -> list[_Row]:
    desk = open_desk(settings, exhibit.index, needs_encoder=True)
    folder = settings.home_dir / "demo" / exhibit.folder_name
    rows: list[_Row] = []
    for text in asked:
        request = SearchRequest(text=text, size=_N_SHOWN, profile="none")
        hits = desk.searcher.search(exhibit.index, request).hits
        images = [hit.source["image"] for hit in hits]
        first = [image if isinstance(image, str) else image[0] for image in images]
        rows.append((text, [folder / name for name in first]))
    return rows


def _sheet(rows: Sequence[_Row], font: ImageFont.FreeTypeFont) -> Image.Image:
    step = _SIDE_PX + _GAP_PX
    size = (_N_SHOWN * step + _GAP_PX, len(rows) * (step + _LINE_PX) + _GAP_PX)
    sheet = Image.new("RGB", size, _PAPER)
    pen = ImageDraw.Draw(sheet)
    for row, (text, files) in enumerate(rows):
        top = _GAP_PX + row * (step + _LINE_PX)
        pen.text((_GAP_PX, top), text, _INK, font)
        for column, file in enumerate(files):
            with Image.open(file) as picture:
                tile = picture.convert("RGB").resize((_SIDE_PX, _SIDE_PX))
            sheet.paste(tile, (_GAP_PX + column * step, top + _LINE_PX))
    return sheet


if __name__ == "__main__":
    main()
