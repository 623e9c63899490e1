"""Put Diptych on an index: fields, contract, marking pipeline. Twice changes nothing.

What is where: the fields and the contract in the mapping (`_meta.diptych`, with the name of the
final pipeline that was there before), the marking in the pipeline `diptych-INDEX`, which the
setting `index.final_pipeline` names. A cluster that cannot run the marking script does without it:
the feed finds every change by itself.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

import orjson

from diptych.centring import Centres
from diptych.client import Cluster, Json, path, to_json
from diptych.contract import META_KEY, IndexContract
from diptych.encoding import ModelRef
from diptych.errors import RefusedError, UsageError
from diptych.layout import product_layout
from diptych.mappings.engine import Engine
from diptych.mappings.fields import OBJECT, VECTOR
from diptych.mappings.pipeline import mark_pipeline, pipeline_name
from diptych.plugin.creating import create_index
from diptych.plugin.existing import PREVIOUS, ExistingIndex, read_existing, require_existing
from diptych.plugin.field_checks import (
    check_fields,
    check_same_contract,
    check_same_synonyms,
    missing_properties,
    silent_fields,
)
from diptych.plugin.final_pipeline import restore_final_pipeline
from diptych.plugin.marking import put_pipeline, say_refused


class Outcome(StrEnum):
    """What an install did."""

    CREATED = "created"
    ADDED = "added"
    UNCHANGED = "unchanged"
    REBUILT = "rebuilt"


@dataclass(frozen=True, slots=True)
class InstallRequest:
    """What to install where.

    `library` is the approximate-search library, lucene or faiss. `synonyms` are rules in Solr's
    form; none leave an index those that it has. Where not `is_marking`, no pipeline marks writes.
    `centres` are the means that all vectors go without, if any.
    """

    index: str
    text_fields: tuple[str, ...]
    image_field: str | None
    text_model: ModelRef
    image_model: ModelRef
    library: str = "lucene"
    synonyms: tuple[str, ...] = ()
    is_marking: bool = True
    centres: Centres | None = None

    def contract(self, index: str) -> IndexContract:
        """The contract of a concrete index made by this request.

        Raises:
            UsageError: no field is named, one twice, or one of Diptych's own.
        """
        fields = (*self.text_fields, *([self.image_field] if self.image_field else []))
        _check_names(fields)
        return IndexContract(
            text_fields=self.text_fields,
            image_field=self.image_field,
            text_model=self.text_model,
            image_model=self.image_model,
            layout=product_layout(
                text_dimension=self.text_model.dimension,
                image_dimension=self.image_model.dimension,
            ),
            pipeline=pipeline_name(index),
            centres=self.centres,
        )


@dataclass(frozen=True, slots=True)
class InstallReport:
    """What is there now: `index` is the concrete index behind the name.

    Where `contract.pipeline` is None, no write is marked, and `warnings` say why.
    """

    index: str
    outcome: Outcome
    contract: IndexContract
    warnings: tuple[str, ...] = ()


def install(cluster: Cluster, engine: Engine, request: InstallRequest) -> InstallReport:
    """Diptych on the index, which is created where there is none.

    Raises:
        UsageError: the request names no field, one twice, or one of Diptych's own.
        ContractError: the index carries another contract.
        MappingError: the index cannot take the fields; the message says whether a rebuild helps.
    """
    dimension = request.contract(request.index).layout.dimension
    # What the engine cannot hold is said before anything is made.
    engine.vector_mapping(dimension, library=request.library)
    found = read_existing(cluster, request.index)
    if found is not None:
        return install_on(cluster, engine, request, found)
    warnings = create_index(
        cluster,
        engine,
        request.index,
        text_fields=request.text_fields,
        image_field=request.image_field,
        synonyms=request.synonyms,
    )
    report = install_on(cluster, engine, request, require_existing(cluster, request.index))
    return replace(report, outcome=Outcome.CREATED, warnings=(*warnings, *report.warnings))


def install_on(
    cluster: Cluster, engine: Engine, request: InstallRequest, found: ExistingIndex
) -> InstallReport:
    """Diptych on an index that exists; writes only what is not there yet.

    Raises:
        ContractError: the index carries another contract.
        MappingError: the index cannot take the fields.
    """
    contract = replace(request.contract(found.index), pipeline=found.own_pipeline)
    check_same_contract(found, contract)
    check_fields(found, contract)
    check_same_synonyms(found, request.synonyms)
    properties = missing_properties(found, engine, contract, library=request.library)
    if request.is_marking:
        contract, has_new_pipeline, warnings = _mark(cluster, found, contract)
    else:
        contract, has_new_pipeline, warnings = replace(contract, pipeline=None), False, ()
    wrote = [
        has_new_pipeline,
        not request.is_marking and _unmark(cluster, found),
        _write_mapping(cluster, found, contract, properties),
        _write_setting(cluster, found, contract),
    ]
    return InstallReport(
        index=found.index,
        outcome=Outcome.ADDED if any(wrote) else Outcome.UNCHANGED,
        contract=contract,
        warnings=(*warnings, *silent_fields(cluster, found, contract)),
    )


def _mark(
    cluster: Cluster, found: ExistingIndex, contract: IndexContract
) -> tuple[IndexContract, bool, tuple[str, ...]]:
    """The contract with the marking pipeline where the cluster takes one; whether it is new."""
    try:
        return contract, _write_pipeline(cluster, found, contract), ()
    except RefusedError as err:
        return replace(contract, pipeline=None), False, (say_refused(err),)


def _unmark(cluster: Cluster, found: ExistingIndex) -> bool:
    """Take the marking off again, where it is there."""
    if not found.is_marked:
        return False
    restore_final_pipeline(cluster, found)
    return True


def _write_mapping(
    cluster: Cluster, found: ExistingIndex, contract: IndexContract, properties: Json
) -> bool:
    """`_meta` is replaced as a whole by the cluster, so the user's own is written with it."""
    kept = {key: value for key, value in found.note.items() if key != "centres"}
    note = kept | contract.to_meta() | {PREVIOUS: found.previous_pipeline}
    meta = orjson.loads(to_json(found.meta | {META_KEY: note}))
    if meta == found.meta and not properties:
        return False
    cluster.call(
        "PUT", path(found.index, "_mapping"), body={"_meta": meta, "properties": properties}
    )
    return True


def _write_pipeline(cluster: Cluster, found: ExistingIndex, contract: IndexContract) -> bool:
    name = pipeline_name(found.index)
    if contract.pipeline != name:
        # It is shared with other indexes, and its template's.
        return False
    body = mark_pipeline(found.index, contract.input_fields, previous=found.previous_pipeline)
    return put_pipeline(cluster, name, body)


def _write_setting(cluster: Cluster, found: ExistingIndex, contract: IndexContract) -> bool:
    if contract.pipeline is None or found.final_pipeline == contract.pipeline:
        return False
    setting = {"index.final_pipeline": contract.pipeline}
    cluster.call("PUT", path(found.index, "_settings"), body=setting)
    return True


def _check_names(fields: tuple[str, ...]) -> None:
    if not fields:
        raise UsageError(
            "No field is named: say where words and pictures are, with --text-field FIELD and "
            "--image-field FIELD."
        )
    twice = {field for field in fields if fields.count(field) > 1}
    if twice:
        raise UsageError(f"The field {min(twice)!r} is named twice: name each field once.")
    own = [field for field in fields if field.split(".")[0] in {OBJECT, VECTOR}]
    if own:
        raise UsageError(f"The field {own[0]!r} is Diptych's own: name a field of your products.")
