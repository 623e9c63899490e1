"""Profiles: which weights hold for a search."""

from typing import Any

import pytest

from diptych.errors import UsageError
from diptych.query.blend import MIN_MAX, Blending
from diptych.query.kinds import kinds_of
from diptych.query.profiles import Preference, read_preferences, with_profile
from diptych.query.request import SearchRequest

WORDS = {"weights": {"keywords": 0.5, "text": 0.1, "image": 0.9, "agreement": 0.0}}
PROFILES: dict[str, Any] = {
    "default": {
        "words": WORDS,
        "words, long": {"weights": {"keywords": 2.0}, "blending": {"method": "rrf"}},
    },
    "sale": {"photo": {"weights": {"text": 0.7}}},
}


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("red dress", ("words, short", "words")),
        ("long red dress", ("words, long", "words")),
        ("红色连衣裙", ("words, CJK, short", "words, CJK")),
        ("红色长款连衣裙", ("words, CJK, long", "words, CJK")),
    ],
)
def test_words_have_a_script_and_a_length(text: str, kinds: tuple[str, str]) -> None:
    """Up to two words, or six characters, are short."""
    assert kinds == kinds_of(text=text, has_image=False, like=())


def test_pictures_and_products_are_kinds_of_their_own() -> None:
    """Whatever words come with a product."""
    assert ("photo",) == kinds_of(text=None, has_image=True, like=())
    assert ("photo and words",) == kinds_of(text="blue", has_image=True, like=())
    assert ("like a product",) == kinds_of(text="blue", has_image=False, like=("p1",))


def test_default_profile_holds_where_a_search_says_nothing() -> None:
    """The narrowest kind that the profile has."""
    short = with_profile(SearchRequest(text="red dress"), PROFILES)
    long = with_profile(SearchRequest(text="long red dress"), PROFILES)

    assert (0.5, 0.1) == (short.resolved_weights.keywords, short.resolved_weights.text)
    assert (2.0, "rrf") == (long.resolved_weights.keywords, long.resolved_blending.method)


def test_searchs_own_weights_come_first() -> None:
    """One that is named replaces the profile's; the others stay, the blending does not."""
    request = SearchRequest(text="long red dress", weights={"image": 0.3})
    found = with_profile(request, PROFILES)

    assert (2.0, 0.3) == (found.resolved_weights.keywords, found.resolved_weights.image)
    assert MIN_MAX == found.resolved_blending


@pytest.mark.parametrize("blending", [Blending("z_score"), MIN_MAX])
def test_searchs_own_blending_comes_first(blending: Blending) -> None:
    """It was said, so it is meant, and be it what holds where nothing is said."""
    request = SearchRequest(text="long red dress", blending=blending)

    assert blending == with_profile(request, PROFILES).blending


def test_profile_is_chosen_by_name_or_not_at_all() -> None:
    """`none` stands for the built-in weights."""
    photo = SearchRequest(image=b"x", profile="sale")
    none = SearchRequest(text="red dress", profile="none")

    assert 0.7 == with_profile(photo, PROFILES).resolved_weights.text
    assert none == with_profile(none, PROFILES)


def test_default_profile_may_be_named_before_there_is_one() -> None:
    """As a live comparison does, of the built-in weights with another profile."""
    request = SearchRequest(text="red dress", profile="default")

    assert request == with_profile(request, {"sale": {}})


def test_kind_that_a_profile_has_not_keeps_the_built_in_weights() -> None:
    """Tuning keeps only what is better."""
    request = SearchRequest(text="红色连衣裙")

    assert request == with_profile(request, PROFILES)


def test_unknown_profile_is_refused() -> None:
    """A misspelt name must not search by other weights."""
    with pytest.raises(UsageError, match="no profile 'sales', only default, sale"):
        with_profile(SearchRequest(text="red", profile="sales"), PROFILES)


@pytest.mark.parametrize(
    "damaged",
    [None, [], {"weights": {"colour": 1}}, {"weights": {"text": "much"}}, {"blending": {}}],
)
def test_damaged_profile_is_told(damaged: Any) -> None:
    """Somebody edited the mapping by hand; the search says how to go on."""
    profiles = {"default": {"words": damaged}}

    with pytest.raises(UsageError, match=r"'default' is damaged .* run `diptych tune` again"):
        with_profile(SearchRequest(text="red dress"), profiles)


@pytest.mark.parametrize(
    "preference",
    [
        Preference({"keywords": 0.3, "text": 1.0}),
        Preference({"image": 1.0}, Blending("rrf", rank_constant=30)),
        Preference({}, Blending("bounds", bounds=((0.0, 10.0), (-1.0, 1.0)))),
    ],
)
def test_preference_is_read_as_it_is_written(preference: Preference) -> None:
    """Through JSON, where pairs become lists."""
    import orjson

    kept = {"words": orjson.loads(orjson.dumps(preference.to_json()))}
    assert {"words": preference} == read_preferences("sale", kept)
    assert {} == read_preferences("sale", kept, ("photo",))
