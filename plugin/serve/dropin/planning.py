"""Plans of searches as they come over HTTP, once nothing in them is refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from diptych.client import Json
from diptych.errors import ContractError, DiptychError, ImageError, UsageError
from diptych.plugin.serve.dropin.asking import CallersCluster
from diptych.plugin.serve.dropin.bodies import indexes_within, is_plain
from diptych.plugin.serve.dropin.forwarding import Forwarder
from diptych.plugin.serve.dropin.media import takes_json
from diptych.plugin.serve.dropin.names import Names
from diptych.plugin.serve.dropin.refusing import RefusalError
from diptych.plugin.serve.service import Service
from diptych.query.dropin.parameters import Parameters
from diptych.query.dropin.plan import Forward, Hybrid, make_plan
from diptych.query.dropin.steering import Steering, take_steering

#: What the engines add to the body where a parameter says it as well.
_ADDED = ("sort", "docvalue_fields")


@dataclass(frozen=True, slots=True)
class Asked:
    """A search request as it came: `index` of the path, the body without its compression."""

    method: str
    path: str
    index: str | None
    params: Mapping[str, str]
    headers: Mapping[str, str]
    sent: bytes
    text: bytes


class Planner:
    """Plans searches; safe to use from several threads."""

    def __init__(self, service: Service, forwarder: Forwarder) -> None:
        """Asks nothing yet."""
        self._service = service
        self._forwarder = forwarder

    def plan_search(
        self,
        asked: Asked,
        searched: Sequence[str],
        body: Json,
        steering: Steering | None,
        parameters: Parameters,
    ) -> Hybrid | Forward:
        """The plan of one `_search`; see `plan`."""
        if parameters.unknown is not None:
            return Forward(f"the parameter {parameters.unknown!r} has no hybrid meaning")
        twice = [name for name in _ADDED if name in asked.params and name in body]
        if twice:
            return Forward(f"{twice[0]!r} stands in its body and in its address")
        return self.plan(asked, searched, {**body, **parameters.folded}, steering)

    def plan(
        self, asked: Asked, searched: Sequence[str], body: Json, steering: Steering | None
    ) -> Hybrid | Forward:
        """The plan of a body.

        Args:
            searched: the served indexes that it is for.

        Raises:
            RefusalError: its `ext.diptych` cannot be used.
        """
        if not takes_json(asked.headers):
            return Forward("the answer is wanted in another form than JSON")
        if len(searched) != 1:
            return Forward("it searches several indexes")
        if not is_plain(body):
            return Forward("it holds half characters or no numbers")
        try:
            target = self._service.target(searched[0])
        except ContractError as err:
            return Forward("the index has no contract that is known here", str(err))
        except DiptychError as err:
            return Forward("the index cannot be looked at", str(err))
        cluster = CallersCluster(self._forwarder, asked.headers)
        ask = self._service.asker(searched[0], cluster).ask
        timeout_s = self._service.limits.timeout_s
        try:
            return make_plan(body, steering, target=target, ask=ask, timeout_s=timeout_s)
        except (UsageError, ImageError) as err:
            raise RefusalError(400, str(err)) from err


def check_body(body: Any, names: Names) -> None:
    """Pass if a body reads from no index that is not served; raises RefusalError."""
    for name in indexes_within(body):
        names.check(name)


def steered(body: Json) -> tuple[Json, Steering | None]:
    """The body without its `ext.diptych`, and what that says; raises RefusalError."""
    try:
        return take_steering(body)
    except UsageError as err:
        raise RefusalError(400, str(err)) from err
