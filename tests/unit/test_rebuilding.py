"""What a copy of an index takes over, and how names move to it."""

from diptych.client import Json
from diptych.plugin.existing import ExistingIndex
from diptych.plugin.rebuild import copied_settings, swap_actions


def _index(name: str, **parts: Json) -> ExistingIndex:
    empty: Json = {"aliases": {}, "settings": {}, "mappings": {}}
    return ExistingIndex(name=name, index="shop", **(empty | parts))


def test_copy_takes_settings_but_no_identity_and_no_final_pipeline() -> None:
    """What the cluster wrote itself cannot be given to a new index."""
    settings = {
        "index.number_of_shards": "2",
        "index.default_pipeline": "clean",
        "index.final_pipeline": "stamp",
        "index.uuid": "u",
        "index.creation_date": "1",
        "index.provided_name": "shop",
        "index.version.created": "1",
        "index.resize.source.name": "older",
        "index.blocks.write": "true",
    }

    expected = {
        "index.number_of_shards": "2",
        "index.default_pipeline": "clean",
        "index.final_pipeline": "_none",
    }
    assert expected == copied_settings(_index("shop", settings=settings))


def test_aliases_move_and_the_old_index_stays() -> None:
    """An alias keeps its filter and routing."""
    how = {"filter": {"term": {"live": True}}, "index_routing": "1"}
    found = _index("live", aliases={"live": how, "all": {}})

    expected = [
        {"remove": {"index": "shop", "alias": "live"}},
        {"remove": {"index": "shop", "alias": "all"}},
        {"add": {"index": "new", "alias": "live", **how}},
        {"add": {"index": "new", "alias": "all"}},
    ]
    assert expected == swap_actions(found, "new")


def test_name_of_an_index_becomes_an_alias_in_the_same_call() -> None:
    """Between removal and alias nobody finds the name missing."""
    found = _index("shop", aliases={"all": {}})

    expected = [
        {"remove_index": {"index": "shop"}},
        {"add": {"index": "new", "alias": "shop"}},
        {"add": {"index": "new", "alias": "all"}},
    ]
    assert expected == swap_actions(found, "new")


def test_fields_copied_along_from_an_installed_index_are_ours() -> None:
    """A nightly copy maps our values dynamically, each engine by its own guess."""
    ours = {"properties": {"state": {"type": "text"}, "input_hash": {"type": "text"}}}
    for guess in ("float", "dense_vector"):
        mappings = {"properties": {"diptych": ours, "diptych_vector": {"type": guess}}}

        assert ("diptych", "diptych_vector") == _index("shop", mappings=mappings).own_fields


def test_field_of_the_shop_that_has_our_name_is_not_ours() -> None:
    """Neither a word nor an object with other parts."""
    for theirs in ({"type": "keyword"}, {"properties": {"painter": {"type": "text"}}}):
        mappings = {"properties": {"diptych": theirs}}

        assert () == _index("shop", mappings=mappings).own_fields
