"""Diptych on indexes that do not exist yet: whatever is made under a pattern carries it.

What is where: fields, contract and settings in a component template, which the shop's own index
template is made of as well (only one index template applies to a new index, so another one would
hide it); and one marking pipeline that all these indexes share.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from hashlib import blake2b

from diptych.client import Cluster, Json, path, to_json
from diptych.contract import META_KEY, IndexContract
from diptych.errors import CredentialsError, MappingError, RefusedError
from diptych.mappings.engine import Engine
from diptych.mappings.index import IMAGE_MAPPING, own_properties
from diptych.mappings.languages import chinese_mapping, words_mapping
from diptych.mappings.pipeline import mark_pipeline
from diptych.plugin.creating import with_best_words
from diptych.plugin.existing import PREVIOUS
from diptych.plugin.field_checks import check_fields, missing_properties
from diptych.plugin.install import InstallReport, InstallRequest, Outcome
from diptych.plugin.marking import put_pipeline, say_refused, say_unmarked
from diptych.plugin.templates import (
    Template,
    check_pattern,
    simulated,
    template_name,
    templates_with,
    templates_within,
)

#: Above a cluster's own templates, below whatever a shop adds later.
_PRIORITY = 50


@dataclass(frozen=True, slots=True)
class TemplateRemoval:
    """What was taken off: `templates` are whole again, `kept_pipeline` is still used by indexes."""

    pattern: str
    templates: tuple[str, ...]
    kept_pipeline: str | None

    @property
    def sentence(self) -> str:
        """For a person."""
        said = f"{self.pattern}: new indexes are made without Diptych."
        if self.kept_pipeline:
            said += (
                f" The pipeline {self.kept_pipeline} stays, because indexes that exist use it: "
                "`diptych uninstall INDEX` takes it off each."
            )
        return said


def install_template(cluster: Cluster, engine: Engine, request: InstallRequest) -> InstallReport:
    """Diptych on every index that will be made under the pattern `request.index`.

    A second call with other models or fields changes what the next index gets.

    Raises:
        UsageError: the pattern, or a field, cannot be used.
        MappingError: the shop's templates cannot take it.
    """
    pattern, name = request.index, template_name(request.index)
    check_pattern(pattern)
    theirs = templates_within(cluster, pattern)
    own = own_properties(*_vector(engine, request))
    found = simulated(cluster, pattern, without=own if templates_with(cluster, name) else {})
    contract = replace(request.contract(pattern), pipeline=name)
    check_fields(found, contract)
    ready = replace(found, settings=found.settings | engine.index_settings())
    missing_properties(ready, engine, contract, library=request.library)
    is_marked = request.is_marking and found.final_pipeline in {None, name}
    wanted = _settings(engine, name if is_marked else None)
    for template in theirs:
        _check_settings(template.settings, wanted, f"index template {template.name!r}")
    if request.is_marking:
        contract, warnings = _mark(cluster, found.final_pipeline, contract, pattern)
    else:
        contract, warnings = replace(contract, pipeline=None), ()
    is_changed, plainer = _write(cluster, request, _component(engine, contract, own), theirs)
    _check_carried(cluster, engine, pattern, contract)
    outcome = Outcome.ADDED if is_changed else Outcome.UNCHANGED
    return InstallReport(pattern, outcome, contract, (*warnings, *plainer))


def uninstall_template(cluster: Cluster, pattern: str) -> TemplateRemoval:
    """New indexes are made as before; those that exist keep what they have.

    Raises:
        MappingError: nothing of Diptych is there.
    """
    name = template_name(pattern)
    using = templates_with(cluster, name)
    if not using:
        raise MappingError(f"Diptych is on no template for {pattern!r}, so nothing was removed.")
    for template in using:
        where = path("_index_template", template.name)
        if template.name == name:
            cluster.call("DELETE", where, accept=(404,))
        else:
            cluster.call("PUT", where, body=template.without_component(name))
    cluster.call("DELETE", path("_component_template", name), accept=(404,))
    kept = name if _is_used(cluster, name, pattern) else None
    if kept is None:
        cluster.call("DELETE", path("_ingest", "pipeline", name), accept=(404,))
    return TemplateRemoval(pattern, tuple(it.name for it in using), kept)


def _vector(engine: Engine, request: InstallRequest) -> tuple[str, Json]:
    contract = request.contract(request.index)
    dimension = contract.layout.dimension
    return contract.vector_field, engine.vector_mapping(dimension, library=request.library)


def _mark(
    cluster: Cluster, theirs: str | None, contract: IndexContract, pattern: str
) -> tuple[IndexContract, tuple[str, ...]]:
    """The contract with the marking pipeline where there can be one, and a sentence where not."""
    name = contract.pipeline or ""
    if theirs not in {None, name}:
        warning = say_unmarked(f"the shop's template names the final pipeline {theirs!r}.")
        return replace(contract, pipeline=None), (warning,)
    body = mark_pipeline(pattern, contract.input_fields, previous=None)
    try:
        put_pipeline(cluster, name, body)
    except RefusedError as err:
        return replace(contract, pipeline=None), (say_refused(err),)
    return contract, ()


def _component(engine: Engine, contract: IndexContract, own: Json) -> Json:
    settings = _settings(engine, contract.pipeline)
    # As an install on the index would write it, so that one changes nothing.
    note = contract.to_meta() | {PREVIOUS: None}
    mappings = {"_meta": {META_KEY: note}, "properties": own}
    template: Json = {"settings": settings, "mappings": mappings}
    digest = blake2b(to_json(template), digest_size=8).hexdigest()
    return {"template": template, "_meta": {META_KEY: digest}}


def _settings(engine: Engine, pipeline: str | None) -> Json:
    """What an index needs that carries Diptych."""
    piped = {} if pipeline is None else {"index.final_pipeline": pipeline}
    return {**engine.index_settings(), **piped}


def _write(
    cluster: Cluster, request: InstallRequest, component: Json, theirs: list[Template]
) -> tuple[bool, tuple[str, ...]]:
    """Whether anything was changed, and a sentence where words get a plainer analysis."""
    name = template_name(request.index)
    changes = [_write_component(cluster, name, component), _attach(cluster, name, theirs)]
    own_template = next((it for it in theirs if it.name == name), None)
    if theirs and own_template is None:
        return any(changes), ()
    is_extended, plainer = _write_own(cluster, request, own_template)
    return any(changes) or is_extended, plainer


def _write_component(cluster: Cluster, name: str, body: Json) -> bool:
    where = path("_component_template", name)
    answer: Json = cluster.call("GET", where, accept=(404,))
    there = answer.get("component_templates") or [{"component_template": {}}]
    if there[0]["component_template"].get("_meta") == body["_meta"]:
        return False
    cluster.call("PUT", where, body=body)
    return True


def _attach(cluster: Cluster, name: str, theirs: list[Template]) -> bool:
    """Have the shop's templates made of ours too; whether one was not."""
    lacking = [it for it in theirs if name not in it.components]
    for template in lacking:
        body = template.with_component(name)
        cluster.call("PUT", path("_index_template", template.name), body=body)
    return bool(lacking)


def _write_own(
    cluster: Cluster, request: InstallRequest, own: Template | None
) -> tuple[bool, tuple[str, ...]]:
    """Map the input fields in a template of our own, which keeps what it has.

    Whether that changed it; and a sentence where words get a plainer analysis.
    """
    inputs = {*request.text_fields, *filter(None, [request.image_field])}
    if own is not None and inputs <= own.properties.keys():
        return False, ()
    where = path("_index_template", template_name(request.index))
    chinese = chinese_mapping(cluster)

    def write(missing: Collection[str]) -> None:
        words = words_mapping(missing, chinese=chinese)
        cluster.call("PUT", where, body=_own_body(request, words, own))

    return True, with_best_words(cluster, write)


def _own_body(request: InstallRequest, words: Json, own: Template | None) -> Json:
    fields: Json = dict.fromkeys(request.text_fields, words)
    fields |= {request.image_field: IMAGE_MAPPING} if request.image_field else {}
    if own is not None:
        return own.with_properties(fields | own.properties)
    return {
        "index_patterns": [request.index],
        "priority": _PRIORITY,
        "composed_of": [template_name(request.index)],
        "template": {"mappings": {"properties": fields}},
    }


def _check_carried(cluster: Cluster, engine: Engine, pattern: str, contract: IndexContract) -> None:
    """Pass if a new index would have it all: a component after ours may say otherwise."""
    found = simulated(cluster, pattern, without={})
    wanted = _settings(engine, contract.pipeline)
    lost = {setting: None for setting in wanted if setting not in found.settings}
    _check_settings(lost | found.settings, wanted, f"shop's template for {pattern!r}")


def _check_settings(settings: Json, wanted: Json, where: str) -> None:
    """Pass if none of them is set to something else."""
    for setting, value in wanted.items():
        there = settings.get(setting, value)
        if str(there).lower() != str(value).lower():
            raise MappingError(
                f"The {where} sets `{setting}: {there}`, and `{value}` is needed: "
                "take that line out of it."
            )


def _is_used(cluster: Cluster, pipeline: str, pattern: str) -> bool:
    """Whether an index names it; a role that may not ask all asks those of the pattern."""

    def ask(names: str) -> Json:
        where = path(names, "_settings", "index.final_pipeline")
        params = {"flat_settings": "true", "expand_wildcards": "all"}
        answer: Json = cluster.call("GET", where, params=params)
        return answer

    try:
        answer = ask("_all")
    except CredentialsError:
        answer = ask(f"{pattern},{pattern}-diptych-*")
    return any(pipeline in body["settings"].values() for body in answer.values())
