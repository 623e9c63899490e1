"""The index templates of a cluster: which apply to the names that a pattern stands for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from hashlib import blake2b

from diptych.client import Cluster, Json, path
from diptych.errors import MappingError, UsageError
from diptych.mappings.fields import OWN_INDEXES
from diptych.plugin.existing import ExistingIndex

_MANAGED = ("created_date", "modified_date")


@dataclass(frozen=True, slots=True)
class Template:
    """A composable index template."""

    name: str
    body: Json

    @property
    def patterns(self) -> list[str]:
        """What it applies to."""
        found: list[str] = self.body["index_patterns"]
        return found

    @property
    def components(self) -> list[str]:
        """The component templates that it is made of; later ones win, itself over all."""
        return list(self.body.get("composed_of") or ())

    @property
    def settings(self) -> Json:
        """Its own, by their full names; these win over every component's."""
        own = flat((self.body.get("template") or {}).get("settings") or {})
        return {f"index.{name.removeprefix('index.')}": value for name, value in own.items()}

    @property
    def properties(self) -> Json:
        """The fields of its own mapping."""
        mappings: Json = (self.body.get("template") or {}).get("mappings") or {}
        found: Json = mappings.get("properties") or {}
        return found

    def with_properties(self, properties: Json) -> Json:
        """Its body with these fields in its mapping."""
        template: Json = self.body.get("template") or {}
        mappings: Json = template.get("mappings") or {}
        changed = template | {"mappings": mappings | {"properties": properties}}
        return {**self.body, "template": changed}

    def with_component(self, name: str) -> Json:
        """Its body with one more component."""
        return {**self.body, "composed_of": [*self.components, name]}

    def without_component(self, name: str) -> Json:
        """Its body without a component."""
        return {**self.body, "composed_of": [it for it in self.components if it != name]}


def template_name(pattern: str) -> str:
    """Name of what belongs to a pattern: component template, own index template, pipeline."""
    slug = re.sub(r"[^a-z0-9]+", "-", pattern).strip("-")
    return f"diptych-{slug}-{blake2b(pattern.encode(), digest_size=3).hexdigest()}"


def check_pattern(pattern: str) -> None:
    """Pass if it can be an index pattern, and stands for none of Diptych's own indexes.

    Raises:
        UsageError: it cannot, or does.
    """
    if not re.fullmatch(r"[a-z0-9*][a-z0-9*._-]*", pattern) or "*" not in pattern:
        raise UsageError(
            f"The pattern {pattern!r} cannot be used: write the beginning of your indexes' names "
            "and a star, such as 'products-*'."
        )
    if any(fnmatchcase(own, pattern) for own in OWN_INDEXES):
        raise UsageError(
            f"The pattern {pattern!r} stands for Diptych's own indexes too: name only your products'."
        )


def probe(pattern: str) -> str:
    """A name that the pattern stands for."""
    return pattern.replace("*", "diptych-probe")


def templates_within(cluster: Cluster, pattern: str) -> list[Template]:
    """The shop's templates that apply to names of the pattern, and to no others.

    Raises:
        MappingError: a template applies to more, or to a part alone, or is of the old kind: a new
            one would hide it.
    """
    all_ = _composable(cluster)
    within = [it for it in all_ if all(fnmatchcase(p, pattern) for p in it.patterns)]
    matching = [it for it in all_ if any(fnmatchcase(probe(pattern), p) for p in it.patterns)]
    if any(it in within for it in matching):
        return within
    if within and not matching:
        raise MappingError(
            f"The index template {within[0].name!r} ({', '.join(within[0].patterns)}) applies to a "
            f"part of {pattern!r} alone, and a template of Diptych's would hide it: name its "
            f"pattern, or make one of your own for {pattern!r} first."
        )
    if matching:
        first = max(matching, key=lambda it: it.body.get("priority") or 0)
        raise MappingError(
            f"The index template {first.name!r} ({', '.join(first.patterns)}) applies to "
            f"{pattern!r} and to more, and a template of Diptych's would hide it: make one of your "
            f"own for {pattern!r} first."
        )
    _check_no_legacy(cluster, pattern)
    return []


def templates_with(cluster: Cluster, component: str) -> list[Template]:
    """The templates that are made of a component."""
    return [it for it in _composable(cluster) if component in it.components]


def simulated(cluster: Cluster, pattern: str, *, without: Mapping[str, object]) -> ExistingIndex:
    """An index that would be made of the pattern's templates.

    Args:
        without: fields that are left out of its mapping.
    """
    where = path("_index_template", "_simulate_index", probe(pattern))
    answer: Json = cluster.call("POST", where)
    template = answer.get("template") or {}
    mappings = dict(template.get("mappings") or {})
    properties = mappings.get("properties") or {}
    mappings["properties"] = {name: it for name, it in properties.items() if name not in without}
    settings = flat(template.get("settings") or {})
    return ExistingIndex(pattern, pattern, template.get("aliases") or {}, settings, mappings)


def flat(settings: Json, above: str = "") -> Json:
    """Settings by their full names."""
    found: Json = {}
    for key, value in settings.items():
        name = f"{above}{key}"
        found |= flat(value, f"{name}.") if isinstance(value, dict) else {name: value}
    return found


def _composable(cluster: Cluster) -> list[Template]:
    answer: Json = cluster.call("GET", path("_index_template"), accept=(404,))
    found = answer.get("index_templates", ())
    return [Template(it["name"], _writable(it["index_template"])) for it in found]


def _writable(body: Json) -> Json:
    """Without what a cluster adds and refuses to be given (Elasticsearch 9: when it was made)."""
    return {key: value for key, value in body.items() if not key.startswith(_MANAGED)}


def _check_no_legacy(cluster: Cluster, pattern: str) -> None:
    answer: Json = cluster.call("GET", path("_template"), accept=(404,))
    for name, body in answer.items():
        patterns = body.get("index_patterns", ()) if isinstance(body, dict) else ()
        # A template for all indexes belongs to the cluster, not to the shop.
        named = [it for it in patterns if it != "*" and fnmatchcase(probe(pattern), it)]
        if named:
            raise MappingError(
                f"The template {name!r} ({', '.join(named)}) is of the old kind (`_template`), "
                "and one of the new kind would hide it: write it anew as an `_index_template`."
            )
