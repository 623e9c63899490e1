"""Files of synonyms, and the analysis that they become."""

from pathlib import Path

import pytest

from diptych.errors import CatalogError
from diptych.mappings.index import TEXT_MAPPING
from diptych.mappings.synonyms import has_synonyms, rules_of, synonym_settings, with_synonyms
from diptych.plugin.synonym_file import MAX_RULES, read_synonyms


def write(folder: Path, text: str) -> Path:
    """A file of synonyms."""
    file = folder / "synonyms.txt"
    file.write_text(text, encoding="utf-8")
    return file


def test_rules_are_read_without_remarks_and_empty_lines(tmp_path: Path) -> None:
    """In both forms, in any language, with escaped commas, from a file with a byte order mark."""
    file = write(
        tmp_path, "\ufeff# kinds\n\ndress, 连衣裙\r\n  tv,telly => television \n1\\,5 m, 150 cm\n"
    )

    rules = read_synonyms(file)

    assert ("dress, 连衣裙", "tv,telly => television", "1\\,5 m, 150 cm") == rules


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("a => b => c", "has several arrows ('a => b => c'): write one rule a line."),
        ("a, , b", "has an empty term ('a, , b'): write terms with a comma between them."),
        ("=> b", "has an empty term ('=> b'): write terms with a comma between them."),
        ("a, --", "has a term without a letter or digit, '--' ('a, --'): write terms with a comma"),
        ("tv", "has a single term ('tv'): write `tv, another` or `tv => another`."),
    ],
)
def test_a_line_that_is_no_rule_is_named(tmp_path: Path, line: str, sentence: str) -> None:
    """With its number in the file, remarks counted, and what to write instead."""
    file = write(tmp_path, f"# remark\na, b\n{line}\n")

    with pytest.raises(CatalogError) as caught:
        read_synonyms(file)

    assert str(caught.value).startswith(f"Line 3 of {file} {sentence}")


def test_a_file_without_rules_is_an_error(tmp_path: Path) -> None:
    """It is likelier the wrong file than a wish for none."""
    with pytest.raises(CatalogError, match="hold no rule: write one a line"):
        read_synonyms(write(tmp_path, "# nothing\n"))


def test_too_many_rules_are_an_error(tmp_path: Path) -> None:
    """Every node of the cluster holds them."""
    file = write(tmp_path, "a, b\n" * (MAX_RULES + 1))

    with pytest.raises(CatalogError, match="hold 10,001 rules: give the 10,000 most useful"):
        read_synonyms(file)


def test_a_file_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    """It is not there, or not text."""
    (tmp_path / "latin").write_bytes("größe, grösse".encode("latin-1"))

    with pytest.raises(CatalogError, match="cannot be read: No such file or directory"):
        read_synonyms(tmp_path / "absent")
    with pytest.raises(CatalogError, match="are not UTF-8: save them as UTF-8"):
        read_synonyms(tmp_path / "latin")


def test_rules_are_found_again_in_the_settings() -> None:
    """As the cluster answers them, flat."""
    assert ("a, b", "c => d") == rules_of(synonym_settings(["a, b", "c => d"]))
    assert () == rules_of({"index.knn": "true"})


def test_our_fields_are_searched_with_synonyms_and_indexed_as_before() -> None:
    """The field and its English subfield; exact values have no synonyms."""
    changed = with_synonyms(TEXT_MAPPING)

    assert ("cjk", "diptych_cjk_synonyms") == (changed["analyzer"], changed["search_analyzer"])
    assert {
        "type": "text",
        "analyzer": "english",
        "search_analyzer": "diptych_english_synonyms",
    } == changed["fields"]["english"]
    assert TEXT_MAPPING["fields"]["keyword"] == changed["fields"]["keyword"]
    assert has_synonyms(changed)
    assert not has_synonyms(TEXT_MAPPING)


@pytest.mark.parametrize(
    "mapping",
    [
        {"type": "keyword"},
        {"type": "text", "analyzer": "german"},
        {"type": "text", "search_analyzer": "theirs"},
    ],
)
def test_a_field_with_an_analyzer_of_its_own_stays(mapping: dict[str, str]) -> None:
    """What it does with words is not known here."""
    assert mapping == with_synonyms(mapping)


def test_a_plain_text_field_has_the_standard_analyzer() -> None:
    """Unless the index has another default."""
    plain = {"type": "text"}

    assert "diptych_standard_synonyms" == with_synonyms(plain)["search_analyzer"]
    assert plain == with_synonyms(plain, default="german")


def test_an_analyzer_that_the_cluster_lacks_is_left_out_with_its_steps() -> None:
    """`cjk_bigram` and the stemmer come with the analysis module."""
    settings = synonym_settings(["a, b"], missing=["cjk", "english"])

    analyzers = {key for key in settings if key.endswith(".tokenizer")}
    assert {"index.analysis.analyzer.diptych_standard_synonyms.tokenizer"} == analyzers
    assert not any("stem" in key or "stopwords" in key for key in settings)
