"""Profiles: weights and blendings by kind of search, kept in an index's mapping by name.

`_meta.diptych.profiles` is NAME -> KIND -> {"weights": {..}, "blending": {..}}. The profile
called `default` holds for every search that does not name another. A search's own weights come
first; its blending is the profile's only where it says neither weights nor blending.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final

from diptych.errors import UsageError
from diptych.query.blend import MIN_MAX, Blending
from diptych.query.request import SearchRequest
from diptych.query.weights import check_weights

#: The profile of a search that names none, and the name by which a search has none.
DEFAULT: Final = "default"
NONE: Final = "none"


@dataclass(frozen=True, slots=True)
class Preference:
    """What searches of one kind go by: weights that replace the defaults, and a blending."""

    weights: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    blending: Blending = MIN_MAX

    def to_json(self) -> dict[str, Any]:
        """As the mapping keeps it."""
        said = {name: value for name, value in asdict(self.blending).items() if value is not None}
        return {"weights": dict(self.weights), "blending": said}


def with_profile(request: SearchRequest, profiles: Mapping[str, Any]) -> SearchRequest:
    """The request with what its profile says where it says nothing itself.

    Args:
        profiles: of the index, as its mapping has them.

    Raises:
        UsageError: the request names a profile that the index has not, or one that is damaged.
    """
    name = request.profile or DEFAULT
    if name == NONE or (name == DEFAULT and name not in profiles):
        return request
    if name not in profiles:
        known = ", ".join(sorted(profiles)) or "none yet: run `diptych tune`"
        raise UsageError(f"The index has no profile {name!r}, only {known}.")
    found = read_preferences(name, profiles[name], request.kinds)
    preference = next(iter(found.values()), None)
    if preference is None:
        return request
    says_how = bool(request.weights) or request.blending is not None
    blending = request.blending if says_how else preference.blending
    return replace(request, weights={**preference.weights, **request.weights}, blending=blending)


def read_preferences(
    name: str, profile: Any, kinds: Sequence[str] | None = None
) -> dict[str, Preference]:
    """What the profile of this name says, of these kinds in their order or of all.

    Raises:
        UsageError: it is damaged there.
    """
    try:
        return {kind: _read(profile[kind]) for kind in kinds or profile if kind in profile}
    except (AttributeError, KeyError, TypeError, ValueError, UsageError) as err:
        raise UsageError(
            f"The index's profile {name!r} is damaged ({err}): run `diptych tune` again, search "
            f"with the profile {NONE!r}, or take it away by `diptych profiles remove`."
        ) from err


def _read(said: Mapping[str, Any]) -> Preference:
    weights = {str(name): float(value) for name, value in said["weights"].items()}
    check_weights(weights)
    blending = dict(said.get("blending") or {})
    bounds = blending.pop("bounds", None)
    if bounds is not None:
        keywords, nearest = ((float(low), float(high)) for low, high in bounds)
        return Preference(weights, Blending(bounds=(keywords, nearest), **blending))
    return Preference(weights, Blending(**blending))
