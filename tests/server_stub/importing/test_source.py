"""Files of every kind: what is read, in which encoding, and what is refused in one sentence."""

from __future__ import annotations

import codecs
import io
import os
import zipfile

import pytest

from server_stub.importing.columns import bind
from server_stub.importing.file_map import load_map
from server_stub.importing.findings import Fate
from server_stub.importing.refusal import Refusal
from server_stub.importing.source import Source, examine

HEADER = "order,sku,description,quantity\n"


def workbook() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as file:
        file.writestr("xl/workbook.xml", "<workbook/>")
    return held.getvalue()


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "a PDF"),
        (workbook(), "an Excel or ODS workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "an old Excel workbook"),
        (b"\x1f\x8b\x08\x00" + bytes(40), "a gzip file"),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "a picture"),
        (b'{"orders": []}', "a JSON file"),
        (b'  [{"order": 1}]', "a JSON file"),
        (b"<!DOCTYPE html><html></html>", "a web page"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>", "an XML file"),
        (bytes(range(256)) * 20, "binary data"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_not_csv_is_refused_by_name_with_a_way_out(tmp_path, content, what):
    path = tmp_path / "orders.csv"
    path.write_bytes(content)
    with pytest.raises(Refusal) as caught:
        examine(path)
    assert what in str(caught.value)
    assert "save it as CSV" in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"   \r\n\n"])
def test_an_empty_file_is_refused(tmp_path, content):
    path = tmp_path / "orders.csv"
    path.write_bytes(content)
    with pytest.raises(Refusal, match="is empty"):
        examine(path)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "orders.csv")
    with pytest.raises(Refusal, match="is a pipe or a device: write what comes from it into a file"):
        examine(tmp_path / "orders.csv")


def test_a_missing_file_a_folder_and_a_file_of_blank_cells_are_refused(tmp_path):
    with pytest.raises(Refusal, match="no such file"):
        examine(tmp_path / "none.csv")
    with pytest.raises(Refusal, match="is a folder"):
        examine(tmp_path)
    only_separator = tmp_path / "orders.csv"
    only_separator.write_text("sep=;\n")
    with pytest.raises(Refusal, match="no row at all"):
        bind(examine(only_separator), load_map("floorhand", "orders"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be"])
def test_unicode_is_recognised_with_a_mark_and_without(read_orders, encoding):
    content = HEADER + "1,TEE-É,Thé vert “Ärmel” 緑,2\n" + "2,B,plain,1\n" * 20
    found = read_orders(content.encode(encoding))
    assert (found.orders["1"].lines[0].sku, found.orders["1"].lines[0].description) == ("TEE-É", "Thé vert “Ärmel” 緑")


def test_cp1252_is_read_as_such_and_noted_with_the_first_line_that_showed_it(read_orders):
    found = read_orders((HEADER + "1,A,plain,2\n2,B,“Café” – 5 €,1\n").encode("cp1252"))
    assert found.orders["2"].lines[0].description == "“Café” – 5 €"
    assert "not UTF-8 (first at line 3): read as cp1252" in found.notes[0]


def test_an_encoding_that_is_asked_for_is_taken(read_orders):
    found = read_orders((HEADER + "1,A,Żółw,2\n").encode("cp1250"), encoding="cp1250")
    assert found.orders["1"].lines[0].description == "Żółw"


def test_a_mark_is_stronger_than_what_was_asked_for(read_orders):
    found = read_orders((HEADER + "1,A,Żółw,2\n").encode("utf-16"), encoding="cp1250")
    assert found.orders["1"].lines[0].description == "Żółw"
    assert "first bytes say utf-16" in found.notes[0]


def test_bytes_that_no_encoding_explains_are_refused_with_their_line(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_bytes(HEADER.encode() + b"1,A,\x81\x8d,2\n")
    with pytest.raises(Refusal, match="line 2 is not cp1252"):
        examine(path)
    with pytest.raises(Refusal, match="no encoding is called 'klingon'"):
        examine(path, "klingon")


def test_a_character_cut_by_the_end_of_the_file_is_no_utf8(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_bytes(HEADER.encode() + "1,A,Café".encode()[:-1])
    assert examine(path).encoding == "cp1252"


def test_a_file_that_changes_under_the_reader_ends_in_a_sentence(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_bytes(HEADER.encode() + b"1,A,Caf\xe9,2\n")
    source = Source(path, "utf-8", path.stat().st_size, HEADER)
    with pytest.raises(Refusal, match="is not utf-8"):
        list(source.rows(","))


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_another_separator_is_found_by_the_columns_it_makes(read_orders, delimiter):
    content = HEADER.replace(",", delimiter) + delimiter.join(("1", "A", "one, two", "2"))
    found = read_orders(content)
    assert found.orders["1"].lines[0].description == "one, two"
    assert "separated by" in found.notes[0]


def test_the_line_that_spreadsheets_hide_says_the_separator(read_orders):
    found = read_orders("sep=;\r\n" + HEADER.replace(",", ";") + "1;A;Mug;2\n1;A;Mug;x\n")
    assert found.said()[4] == "quantity 'x' is not a number of pieces"


def test_missing_columns_are_named_with_their_keys_and_what_was_found(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("order,Artikel,Menge\n1,A,2\n")
    with pytest.raises(Refusal) as caught:
        bind(examine(path), load_map("floorhand", "orders"))
    text = str(caught.value)
    assert "missing columns 'sku' (key columns.sku), 'quantity' (key columns.quantity)" in text
    assert "found 'order', 'Artikel', 'Menge'" in text


def test_a_column_that_a_rule_asks_for_may_not_be_missing(tmp_path, shopify_file):
    path = tmp_path / "orders.csv"
    path.write_text(shopify_file({"Name": "#1"}).replace("Cancelled at", "Something else"))
    with pytest.raises(Refusal, match="'Cancelled at' \\(a rule asks for it\\)"):
        bind(examine(path), load_map("shopify", "orders"))


def test_a_column_that_stands_there_twice_is_refused(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("order,sku,description,quantity,SKU\n1,A,Mug,2,B\n")
    with pytest.raises(Refusal, match="'sku' stands there more than once"):
        bind(examine(path), load_map("floorhand", "orders"))


def test_headers_may_differ_in_capitals_and_spaces(read_orders):
    found = read_orders(" Order , SKU,Description ,QUANTITY\n1,A,Mug,2\n")
    assert found.orders["1"].lines[0].quantity == 2


def test_ragged_rows_are_reported_with_their_orders_and_trailing_separators_are_not(read_orders):
    found = read_orders(HEADER + "1,A,Mug,2,,\n2,B,Jug\n2,A,Mug,1\n3,A,Mug,1,what\n")
    assert list(found.orders) == ["1"]
    assert found.said() == {
        3: "it has 3 of 4 cells",
        4: "order 2 is not imported because of line 3",
        5: "it has 5 cells, and the header 4",
    }


def test_a_nul_byte_is_a_damaged_row_not_a_damaged_file(read_orders):
    found = read_orders(HEADER + "1,A,Mug,2\n2,A,M\0ug,2\n3,A,Mug,2\n")
    assert list(found.orders) == ["1", "3"]
    assert found.said() == {3: "it holds a NUL byte"}


def test_line_numbers_count_as_an_editor_does_over_quoted_line_breaks_and_blank_lines(read_orders):
    found = read_orders(HEADER + '1,A,"two\r\nlines",2\n\n\n2,A,"three\n\nlines",2\n3,A,Mug,none\n')
    assert found.said() == {9: "quantity 'none' is not a number of pieces"}
    assert found.orders["1"].lines[0].description == "two lines"


def test_an_empty_row_is_told_and_spoils_nothing(read_orders):
    found = read_orders(HEADER + "1,A,Mug,2\n,,,\n2,A,Mug,2\n")
    assert list(found.orders) == ["1", "2"]
    assert found.said(Fate.SKIPPED) == {3: "an empty row"}


def test_a_row_whose_order_cannot_be_read_spoils_the_orders_beside_it(read_orders):
    found = read_orders(HEADER + "0,A,Mug,1\n1,A,Mug,2\n,B,Jug,1\n2,A,Mug,2\n3,A,Mug,2\n")
    assert list(found.orders) == ["0", "3"]
    assert found.said() == {
        3: "order 1 is not imported because of line 4",
        4: "no order number",
        5: "order 2 is not imported because of line 4",
    }


def test_broken_quotes_are_one_damaged_row_and_reading_goes_on(read_orders):
    found = read_orders(HEADER + '1,A,Mug,1\n2,A,"Mug" big,1\n3,A,Mug,1\n4,A,Mug,1\n')
    assert list(found.orders) == ["4"]
    assert found.said()[3].startswith("line 3: its quotes are broken")


def test_a_quote_that_is_never_closed_refuses_the_file_before_anything_is_read(read_orders):
    with pytest.raises(Refusal, match="a quote that opens after line 2 is not closed"):
        read_orders(HEADER + '1,A,Mug,1\n2,A,"Mug,1\n3,A,Mug,1\n')
    with pytest.raises(Refusal, match="is not closed"):
        read_orders(HEADER + '1,A,Mug,1\n2,A,"Mug,1\n' + "3,A,Mug,1\n" * 20_000)


def test_marks_of_all_encodings_are_told_apart(tmp_path):
    path = tmp_path / "orders.csv"
    for mark, name in ((codecs.BOM_UTF16_BE, "utf-16"), (codecs.BOM_UTF32_BE, "utf-32")):
        path.write_bytes(mark + HEADER.encode(f"{name}-be"))
        assert examine(path).encoding == name
