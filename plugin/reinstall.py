"""Diptych on a copy of an index that takes the index's place, where the index cannot take it."""

from dataclasses import replace

from diptych.client import Cluster, Json, path
from diptych.contract import META_KEY
from diptych.errors import ContractError, MappingError
from diptych.mappings.engine import Engine
from diptych.mappings.index import own_properties
from diptych.mappings.target import PROFILES
from diptych.plugin.adding_synonyms import add_synonyms
from diptych.plugin.existing import ExistingIndex, require_existing
from diptych.plugin.field_checks import (
    check_fields,
    check_same_contract,
    check_same_synonyms,
    differences,
    missing_properties,
)
from diptych.plugin.final_pipeline import usable_previous
from diptych.plugin.install import InstallReport, InstallRequest, Outcome, install_on
from diptych.plugin.rebuild import (
    Bar,
    Blueprint,
    Rebuilt,
    check_replaceable,
    copied_settings,
    rebuild,
)
from diptych.plugin.relevance.profile_store import write_profiles


def needs_rebuild(engine: Engine, request: InstallRequest, found: ExistingIndex) -> bool:
    """Whether the live index cannot take what is requested."""
    contract = request.contract(found.index)
    try:
        check_same_contract(found, contract)
        check_same_synonyms(found, request.synonyms)
        missing_properties(found, engine, contract, library=request.library)
    except (ContractError, MappingError):
        return True
    return False


def check_centrable(found: ExistingIndex, *, is_rebuilt: bool, is_replaced: bool) -> None:
    """Pass if the index can get centred vectors, before means are estimated for it.

    Raises:
        ContractError: it carries others, and nobody asked for a new index.
        UsageError: a new index could not take its name.
    """
    if found.contract is None or found.contract.centres is not None:
        return
    if not is_rebuilt:
        raise ContractError(
            f"Diptych is installed on {found.name!r} with vectors that are not centred, and a live "
            "index cannot have both: add --rebuild for a new index."
        )
    check_replaceable(found, is_replaced=is_replaced)


def reinstall(
    cluster: Cluster,
    engine: Engine,
    request: InstallRequest,
    found: ExistingIndex,
    *,
    is_replaced: bool,
    bar: Bar,
) -> tuple[Rebuilt, InstallReport]:
    """The index copied, with Diptych on the copy, under the old name.

    Raises:
        MappingError: a rebuild does not help either.
        UsageError: the index would have to be deleted, and `is_replaced` is False.
        DiptychError: the copy failed; the message ends with what was undone.
    """
    check_fields(found, request.contract(found.index))
    reports: list[InstallReport] = []

    def complete(new: str) -> None:
        setting = {"index.final_pipeline": usable_previous(cluster, found) or "_none"}
        cluster.call("PUT", path(new, "_settings"), body=setting)
        copy = replace(require_existing(cluster, new), name=found.name)
        report = install_on(cluster, engine, request, copy)
        reports.append(_with_tuning(cluster, report, of=require_existing(cluster, found.index)))

    body = _body(engine, request, found)
    if request.synonyms:
        body = add_synonyms(
            cluster, body, request.synonyms, fields=request.text_fields, index=found.name
        )
    blueprint = Blueprint(body, complete, prepare=lambda new: _drop_contract(cluster, new))
    rebuilt = rebuild(cluster, engine, found, blueprint, is_replaced=is_replaced, bar=bar)
    return rebuilt, replace(reports[0], outcome=Outcome.REBUILT)


def _with_tuning(cluster: Cluster, report: InstallReport, *, of: ExistingIndex) -> InstallReport:
    """The copy gets the profiles of the index as it is now, where its vectors are the same."""
    profiles: Json = of.note.get(PROFILES) or {}
    if of.contract is not None and not differences(of.contract, report.contract):
        if profiles:
            write_profiles(cluster, report.index, profiles)
        return report
    lost = []
    if of.contract is not None and of.contract.centres and not report.contract.centres:
        lost.append(
            "The vectors were centred before and are not any more: --centre-on names an index "
            "whose means they go without."
        )
    if profiles:
        lost.append(
            f"Tuned to the vectors of before, and left behind: {', '.join(sorted(profiles))}; run "
            "`diptych tune` when there are new ones."
        )
    return replace(report, warnings=(*report.warnings, *lost))


def _drop_contract(cluster: Cluster, new: str) -> None:
    """A template of Diptych's for names like the copy's must not say what is installed on it."""
    copy = require_existing(cluster, new)
    if copy.note:
        meta = {key: value for key, value in copy.meta.items() if key != META_KEY}
        cluster.call("PUT", path(new, "_mapping"), body={"_meta": meta})


def _body(engine: Engine, request: InstallRequest, found: ExistingIndex) -> Json:
    contract = request.contract(found.index)
    vector = engine.vector_mapping(contract.layout.dimension, library=request.library)
    own = own_properties(contract.vector_field, vector)
    mappings = found.bare_mappings
    foreign = sorted(set(mappings["properties"]) & set(own))
    if foreign:
        raise MappingError(
            f"The index {found.name!r} has a field {foreign[0]!r} of its own, which is the name of "
            "Diptych's: rename yours in a new index first."
        )
    properties = mappings["properties"] | own
    settings = copied_settings(found) | engine.index_settings()
    return {"settings": settings, "mappings": mappings | {"properties": properties}}
