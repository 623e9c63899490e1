"""Searches at the drop-in address: planned, made hybrid, or passed on."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import orjson
from starlette.responses import Response

from diptych.client import Json
from diptych.plugin.serve.dropin.bodies import (
    read_json,
    read_msearch,
    write_json,
    write_msearch,
)
from diptych.plugin.serve.dropin.forwarding import Forwarder, Letter, passed_headers
from diptych.plugin.serve.dropin.media import is_sent_as, lines_headers
from diptych.plugin.serve.dropin.names import Names
from diptych.plugin.serve.dropin.planning import Asked, Planner, check_body, steered
from diptych.plugin.serve.dropin.refusing import RefusalError
from diptych.plugin.serve.dropin.verdicts import say
from diptych.plugin.serve.service import Service
from diptych.query.dropin.answer import Verdict
from diptych.query.dropin.parameters import BESIDE, HEADERS, Parameters, sort_parameters
from diptych.query.dropin.plan import Forward, Hybrid
from diptych.query.dropin.run import Answered, Item, Reply, run
from diptych.query.dropin.shape import pick

#: Parameters that go along with an `_msearch` of ours; the form of the answer is our own work.
_SENT = BESIDE | HEADERS | {"max_concurrent_searches"}
#: Parameters of an `_msearch` that do not change what its searches mean.
_OF_MSEARCH = _SENT | {"pretty", "human", "filter_path"}
#: Headers of the cluster's answer that do not describe ours.
_OF_ITS_BODY = ("content-length", "content-encoding")


class Searching:
    """Answers `_search` and `_msearch`; safe to use from several threads."""

    def __init__(self, service: Service, forwarder: Forwarder) -> None:
        """Asks nothing yet."""
        self._engine = service.engine
        self._forwarder = forwarder
        self._planner = Planner(service, forwarder)

    def search(self, asked: Asked, names: Names) -> Response:
        """The answer to one `_search`.

        Raises:
            RefusalError: it reads what is not served, or its `ext.diptych` cannot be used.
        """
        body = read_json(asked.text)
        check_body(body, names)
        if asked.index is None and not (isinstance(body, dict) and body.get("pit")):
            raise RefusalError(403, "A search has to name its index: POST /INDEX/_search.")
        searched = [] if asked.index is None else names.check(asked.index)
        letter = Letter(
            asked.method, asked.path, asked.params, passed_headers(asked.headers), asked.sent
        )
        if not isinstance(body, dict):
            return self._pass_on(letter, Forward("its body is no object"))
        body, steering = steered(body)
        if steering is not None:
            letter = replace(letter, headers=is_sent_as(letter.headers), body=write_json(body))
        parameters = sort_parameters(asked.params)
        plan = self._planner.plan_search(asked, searched, body, steering, parameters)
        if isinstance(plan, Forward):
            return self._pass_on(letter, plan)
        return self._answer(asked, letter, plan, parameters)

    def _answer(
        self, asked: Asked, letter: Letter, plan: Hybrid, parameters: Parameters
    ) -> Response:
        item = Item(parameters.header, b"", plan)
        answered = self._run(asked, [item], parameters.beside)
        if isinstance(answered, Reply):
            return self._pass_on(letter, _refused(answered))
        answer = dict(answered.responses[0])
        status = answer.get("status", 200)
        if status == 200:
            answer.pop("status", None)
        return _shaped(answer, status, asked.params, answered)

    def msearch(self, asked: Asked, names: Names) -> Response:
        """The answer to one `_msearch`; raises as `search` does."""
        items = [self._item(asked, *search, names) for search in read_msearch(asked.text)]
        if not any(isinstance(item.plan, Hybrid) for item in items):
            return self._pass_on_all(asked, items)
        answered = self._run(asked, items, {n: v for n, v in asked.params.items() if n in _SENT})
        if isinstance(answered, Reply):
            return self._pass_on_all(asked, items, reason=_refused(answered))
        took = max((answer.get("took", 0) for answer in answered.responses), default=0)
        whole = {"took": took, "responses": answered.responses}
        return _shaped(whole, 200, asked.params, answered)

    def _item(self, asked: Asked, header: Json, raw: bytes, names: Names) -> Item:
        body = read_json(raw)
        check_body(body, names)
        searched, header = _searched(header, asked.index, names)
        if not isinstance(body, dict):
            return Item(header, raw, Forward("its body is no object"))
        body, steering = steered(body)
        if steering is not None:
            raw = write_json(body)
        unknown = next((name for name in asked.params if name not in _OF_MSEARCH), None)
        odd = next((name for name in header if name not in (*HEADERS, "index", "indices")), None)
        if unknown is not None or odd is not None:
            return Item(header, raw, Forward(f"the parameter {unknown or odd!r} is not known here"))
        return Item(header, raw, self._planner.plan(asked, searched, body, steering))

    def _run(
        self, asked: Asked, items: Sequence[Item], params: Mapping[str, str]
    ) -> Answered | Reply:
        where = asked.path.removesuffix("/_search").removesuffix("/_msearch") + "/_msearch"
        headers = lines_headers(asked.headers)

        def send(lines: bytes) -> Reply:
            return self._forwarder.send(Letter("POST", where, params, headers, lines))

        return run(items, engine=self._engine, send=send)

    def _pass_on(self, letter: Letter, plan: Forward) -> Response:
        said = say([Verdict(plan.reason, plan.degraded)])
        return self._forwarder.pass_on(letter, said=said)

    def _pass_on_all(
        self, asked: Asked, items: Sequence[Item], *, reason: Forward | None = None
    ) -> Response:
        """All searches as they came, headers in our writing."""
        plans = [item.plan if isinstance(item.plan, Forward) else reason for item in items]
        verdicts = [Verdict(plan.reason, plan.degraded) for plan in plans if plan is not None]
        headers = is_sent_as(passed_headers(asked.headers))
        body = write_msearch([(item.header, item.raw) for item in items])
        letter = Letter(asked.method, asked.path, asked.params, headers, body)
        return self._forwarder.pass_on(letter, said=say(verdicts))


def _searched(header: Json, index: str | None, names: Names) -> tuple[list[str], Json]:
    """The served indexes of one search of an `_msearch`, and its header.

    An index that is said to be none would be all of them, so the header is written anew.
    """
    named = [header[name] for name in ("index", "indices") if header.get(name)]
    if len(named) > 1 or not (named or index):
        raise RefusalError(
            403, "A search has to name its index, once in its header or in the path."
        )
    options = {name: value for name, value in header.items() if name not in ("index", "indices")}
    searched = names.check(named[0] if named else index)
    return searched, {**options, "index": named[0]} if named else options


def _refused(reply: Reply) -> Forward:
    """The whole `_msearch` was refused: to this caller, or because a part cannot be parsed."""
    reason = f"the cluster refuses its _msearch ({reply.status})"
    return Forward(
        reason, None if reply.status == 400 else f"It was answered by keyword: {reason}."
    )


def _shaped(answer: Json, status: int, params: Mapping[str, str], answered: Answered) -> Response:
    """The answer in the form that was asked for, with the cluster's own headers."""
    if "filter_path" in params:
        answer = pick(answer, params["filter_path"])
    is_pretty = params.get("pretty", "false") != "false"
    body = orjson.dumps(answer, option=orjson.OPT_INDENT_2 if is_pretty else 0)
    headers = {n: v for n, v in answered.reply.headers.items() if n not in _OF_ITS_BODY}
    return Response(body, status, {**headers, **say(answered.verdicts)})
