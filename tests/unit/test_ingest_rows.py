"""Rows of files: formats, and every kind of bad row."""

import io
import tracemalloc
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO, cast

import pytest

from diptych.errors import CatalogError
from diptych.ingest.duplicates import unique_rows
from diptych.ingest.rows import Format, RejectedRow, Row, format_of, read_rows


def _read(
    data: bytes,
    format: Format = Format.NDJSON,
    *,
    id_field: str = "id",
    max_row_bytes: int = 1 << 24,
) -> list[Row | RejectedRow]:
    rows = read_rows(
        io.BytesIO(data),
        format=format,
        name="shop.txt",
        id_field=id_field,
        max_row_bytes=max_row_bytes,
    )
    return list(unique_rows(rows))


def test_json_lines_become_rows_with_line_number_and_id() -> None:
    """Empty lines are skipped but counted; whole numbers are ids too; values keep their types."""
    data = b'{"id": "a", "tags": ["x"], "price": 2.5}\n\r\n{"id": 7, "title": null}'

    rows = _read(data)

    assert [
        Row(1, "a", {"id": "a", "tags": ["x"], "price": 2.5}),
        Row(3, "7", {"id": 7, "title": None}),
    ] == rows


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"id": "a", "title": "caf\xe9"}', "not UTF-8 text (byte 0xe9 at 26)"),
        (b'{"id": "a", ', "not JSON"),
        (b'{"id": "a\x00"}', "not JSON"),
        (b'"a"', "a JSON object is wanted, not str"),
        (b'{"title": "no id"}', "the field 'id' is missing or empty"),
        (b'{"id": ""}', "the field 'id' is missing or empty"),
        (b'{"id": true}', "neither text nor a whole number"),
        (b'{"id": 1.5}', "neither text nor a whole number"),
        (b'{"id": "' + b"x" * 513 + b'"}', "longer than 512 bytes"),
        (b'{"id": "a", "diptych": {}}', "'diptych' belongs to Diptych"),
        (b'{"id": "a", "diptych.state": "ready"}', "'diptych.state' belongs to Diptych"),
        (b'{"id": "a", "diptych_vector": []}', "'diptych_vector' belongs to Diptych"),
    ],
)
def test_bad_json_line_is_rejected_and_the_next_is_read(line: bytes, reason: str) -> None:
    """A bad line gives its number, a reason and its beginning, and stops nothing."""
    bad, good = _read(line + b'\n{"id": "b"}\n')

    assert isinstance(bad, RejectedRow)
    assert 1 == bad.line
    assert reason in bad.reason
    assert bad.text and len(bad.text) <= 200
    assert Row(2, "b", {"id": "b"}) == good


def test_empty_text_and_a_megabyte_of_text_are_rows() -> None:
    """Neither is an error of the file: what a field may hold is the index's business."""
    long = "x" * 1_000_000

    rows = _read(b'{"id": "a", "title": ""}\n{"id": "b", "title": "%b"}' % long.encode())

    assert [Row(1, "a", {"id": "a", "title": ""}), Row(2, "b", {"id": "b", "title": long})] == rows


def test_megabyte_cell_is_a_row() -> None:
    """Python's default limit of 131,072 characters a cell does not hold here."""
    long = "x" * 1_000_000

    rows = _read(b"id,title\na," + long.encode(), Format.CSV)

    assert [Row(2, "a", {"id": "a", "title": long})] == rows


@pytest.mark.parametrize("format", [Format.NDJSON, Format.CSV])
def test_line_above_the_limit_is_rejected_without_being_kept(format: Format) -> None:
    """Only the line's beginning is read into memory, and the next line is a row."""
    start = b"id,title\n" if format is Format.CSV else b""
    good = b"b,kept\n" if format is Format.CSV else b'{"id": "b", "title": "kept"}\n'
    data = start + b"y" * 300_000 + b"\n" + good

    bad, row = _read(data, format, max_row_bytes=100_000)

    assert isinstance(bad, RejectedRow)
    assert "longer than 100,000 bytes" in bad.reason
    assert isinstance(row, Row)
    assert {"id": "b", "title": "kept"} == row.fields


def test_later_rows_of_an_id_are_rejected_and_name_the_first() -> None:
    """The first row stays, so that a second run over the same file changes nothing."""
    rows = _read(b'{"id": "a", "n": 1}\n{"id": "b"}\n{"id": "a", "n": 2}\n')

    assert [
        Row(1, "a", {"id": "a", "n": 1}),
        Row(2, "b", {"id": "b"}),
        RejectedRow(3, "the id 'a' already stands in line 1", '{"id":"a","n":2}'),
    ] == rows


def test_byte_order_mark_is_no_part_of_the_first_name() -> None:
    """Spreadsheets write one; NDJSON and CSV both read over it."""
    assert [Row(1, "a", {"id": "a"})] == _read(b'\xef\xbb\xbf{"id": "a"}')
    assert [Row(2, "a", {"id": "a"})] == _read(b"\xef\xbb\xbfid\na\n", Format.CSV)


def test_id_field_of_another_name() -> None:
    """`_id` is no field of a document, so it is taken out; any other name stays."""
    assert [Row(1, "a", {"n": 1})] == _read(b'{"_id": "a", "n": 1}', id_field="_id")
    assert [Row(1, "a", {"sku": "a"})] == _read(b'{"sku": "a"}', id_field="sku")


def test_csv_cells_are_strings_and_empty_ones_missing() -> None:
    """Quotes, quoted line ends, commas and CRLF as in RFC 4180."""
    data = b'id,title,price\r\na,"red, ""big""\r\nlamp",2.50\r\n\r\nb,,3\r\n'

    rows = _read(data, Format.CSV)

    assert [
        Row(2, "a", {"id": "a", "title": 'red, "big"\r\nlamp', "price": "2.50"}),
        Row(5, "b", {"id": "b", "price": "3"}),
    ] == rows


def test_tsv_is_split_at_tabs() -> None:
    """A comma is text there."""
    assert [Row(2, "a", {"id": "a", "title": "x, y"})] == _read(b"id\ttitle\na\tx, y\n", Format.TSV)


def test_quote_inside_an_unquoted_cell_is_text() -> None:
    """Screens are measured in inches."""
    assert [Row(2, "a", {"id": "a", "title": '5" tv'})] == _read(b'id,title\na,5" tv\n', Format.CSV)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"a,1,2", "the row has 3 cells and the header 2"),
        (b"a", "the row has 1 cells and the header 2"),
        (b",x", "the field 'id' is missing or empty"),
        (b"a,caf\xe9", "not UTF-8 text (byte 0xe9)"),
        (b"a,\x00", "NUL byte"),
        (b'a,"5" tv', "text follows a closing quote"),
    ],
)
def test_bad_csv_record_is_rejected_and_the_next_is_read(line: bytes, reason: str) -> None:
    """As with NDJSON."""
    bad, good = _read(b"id,title\n" + line + b"\nb,x\n", Format.CSV)

    assert isinstance(bad, RejectedRow)
    assert 2 == bad.line
    assert reason in bad.reason
    assert Row(3, "b", {"id": "b", "title": "x"}) == good


@pytest.mark.parametrize("end", [b"", b'd,"y"\n'])
def test_quote_left_open_costs_one_record(end: bytes) -> None:
    """It would swallow everything up to the next quote, or to the end of the file."""
    rows = _read(b'id,title\na,"open\nb,x\nc,z\n' + end, Format.CSV)

    assert ["a", "b", "c"] == [
        row.text[0] if isinstance(row, RejectedRow) else row.id for row in rows
    ][:3]
    assert [2] == [row.line for row in rows if isinstance(row, RejectedRow)]


@pytest.mark.parametrize(
    ("data", "format", "sentence"),
    [
        (b"", Format.CSV, "is empty: its first line must name the columns"),
        (b"id,id\n", Format.CSV, "columns without a name of their own"),
        (b"id,\n", Format.CSV, "columns without a name of their own"),
        (b"sku,title\na,b\n", Format.CSV, "no column 'id', only sku, title"),
        (b'[{"id": "a"}]', Format.NDJSON, "holds one JSON array"),
        (b"\xff\xfei\x00d\x00", Format.CSV, "is UTF-16 text: save it as UTF-8"),
        (b"\x1f\x8b\x08\x00", Format.NDJSON, "is compressed"),
        (b"PK\x03\x04", Format.CSV, "is a ZIP file or a spreadsheet"),
    ],
)
def test_file_of_another_kind_is_one_sentence(data: bytes, format: Format, sentence: str) -> None:
    """Nothing of such a file can be used, so it ends the command."""
    with pytest.raises(CatalogError, match=r"shop\.txt") as caught:
        _read(data, format)

    assert sentence in str(caught.value)


def test_format_is_known_by_the_suffix() -> None:
    """An unknown one asks for --format."""
    assert [Format.NDJSON, Format.NDJSON, Format.CSV, Format.TSV] == [
        format_of(name) for name in ("a.jsonl", "a.json", "A.CSV", "a.tsv")
    ]
    with pytest.raises(CatalogError, match=r"a\.xml .*--format"):
        format_of("a.xml")


class _Generated:
    """A file of rows that exists only while it is read."""

    def __init__(self, n_rows: int) -> None:
        self._rows = iter(range(n_rows))

    def readline(self, _limit: int) -> bytes:
        number = next(self._rows, None)
        return b"" if number is None else b'{"id": "%d", "title": "red lamp"}\n' % number


def test_memory_stays_flat_over_200_000_rows() -> None:
    """Rows and seen ids are streamed: the last 80,000 rows add less than 1 MB."""
    rows: Iterator[Row | RejectedRow] = unique_rows(
        read_rows(cast(BinaryIO, _Generated(200_000)), format=Format.NDJSON, name="made")
    )
    n_rows = sum(1 for _ in islice(rows, 120_000))
    tracemalloc.start()

    n_rows += sum(1 for _ in rows)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert 200_000 == n_rows
    assert peak_bytes < 1_000_000
