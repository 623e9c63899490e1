"""Another application, which writes to the index by plain HTTP and remembers what it was told."""

import json
import random
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import urllib3

#: Operations of one bulk, and single requests after it.
_BULK, _SINGLE = 20, 8
#: What means "not now": a conflict with a worker's write, a queue that is full, a node on its way.
_AGAIN = (409, 429, 503)
#: A node that is away is asked again after this time.
_PAUSE_S = 0.1
#: Between two requests, so that the others have something to do while it writes.
_PACE_S = 0.03


class Application:
    """Changes titles and deletes products; tries each request until the node acknowledges it."""

    def __init__(self, cluster_url: str, index: str, *, n_products: int, seed: int = 0) -> None:
        """Nothing is written yet."""
        self._url = f"{cluster_url}/{index}"
        self._random = random.Random(seed)
        self._pool = urllib3.PoolManager(retries=False, timeout=30.0)
        self._pause = threading.Event()
        self._thread: threading.Thread | None = None
        self._failure: BaseException | None = None
        self.titles: dict[str, str] = {}
        self.deleted: set[str] = set()
        self.n_done = 0
        self.n_retries = 0
        self._bulk(
            [("index", str(n), {"title": f"product {n}", "price": n}) for n in range(n_products)]
        )

    def start(self, *, n_updates: int, n_deletes: int) -> None:
        """Make these changes in a thread of its own."""
        self._thread = threading.Thread(target=self._run, args=(n_updates, n_deletes))
        self._thread.start()

    @property
    def is_writing(self) -> bool:
        """Whether some of them are still to be made."""
        return self._thread is not None and self._thread.is_alive()

    def join(self) -> None:
        """Return when all of them are acknowledged."""
        assert self._thread is not None
        self._thread.join()
        if self._failure is not None:
            raise self._failure

    def close(self) -> None:
        """Close its connections."""
        self._pool.clear()

    def _run(self, n_updates: int, n_deletes: int) -> None:
        try:
            kinds = ["update"] * n_updates + ["delete"] * n_deletes
            self._random.shuffle(kinds)
            for part in _parts(kinds):
                self._pause.wait(_PACE_S)
                actions = self._actions(part)
                if len(part) > 1:
                    self._bulk(actions)
                else:
                    self._one(*actions[0])
        except BaseException as err:  # noqa: BLE001 - handed to the thread that joins this one
            self._failure = err

    def _actions(self, kinds: list[str]) -> list[tuple[str, str, dict[str, Any]]]:
        """Operations on as many different products, so that a request can be sent again."""
        ids = self._random.sample(sorted(self.titles), len(kinds))
        return [
            (kind, id_, {"title": f"{self._random.choice(['red', 'blue'])} {self.n_done + n}"})
            for n, (kind, id_) in enumerate(zip(kinds, ids, strict=True))
        ]

    def _one(self, kind: str, id_: str, change: Mapping[str, Any]) -> None:
        while True:
            if kind == "delete":
                status = self._request("DELETE", f"/_doc/{id_}")[0]
            else:
                status = self._request("POST", f"/_update/{id_}", json.dumps({"doc": change}))[0]
            if self._is_acknowledged(kind, id_, change, status):
                return

    def _bulk(self, actions: list[tuple[str, str, dict[str, Any]]]) -> None:
        while actions:
            lines: list[dict[str, Any]] = []
            for kind, id_, change in actions:
                lines.append({kind: {"_id": id_}})
                if kind != "delete":
                    lines.append({"doc": change} if kind == "update" else change)
            body = "".join(json.dumps(line) + "\n" for line in lines)
            status, answer = self._request("POST", "/_bulk", body)
            if status in _AGAIN:
                continue
            items = [next(iter(item.values())) for item in answer["items"]]
            actions = [
                action
                for action, item in zip(actions, items, strict=True)
                if not self._is_acknowledged(*action, item["status"])
            ]

    def _is_acknowledged(self, kind: str, id_: str, change: Mapping[str, Any], status: int) -> bool:
        if status in _AGAIN:
            self.n_retries += 1
            return False
        # A delete whose first answer was lost finds nothing any more.
        assert status in (200, 201) or (kind, status) == ("delete", 404), (kind, id_, status)
        if kind == "delete":
            del self.titles[id_]
            self.deleted.add(id_)
        else:
            self.titles[id_] = change["title"]
        self.n_done += 1
        return True

    def _request(self, method: str, path: str, body: str | None = None) -> tuple[int, Any]:
        """Status and answer, as soon as a node gives one."""
        headers = {
            "content-type": "application/x-ndjson" if path == "/_bulk" else "application/json"
        }
        while True:
            try:
                answer = self._pool.request(
                    method, f"{self._url}{path}", body=body, headers=headers
                )
                return answer.status, answer.json()
            except (urllib3.exceptions.HTTPError, ValueError):
                self.n_retries += 1
                self._pause.wait(_PAUSE_S)


def _parts(kinds: list[str]) -> Iterator[list[str]]:
    """A bulk, some single operations, a bulk, ..."""
    while kinds:
        yield kinds[:_BULK]
        rest, kinds = kinds[_BULK : _BULK + _SINGLE], kinds[_BULK + _SINGLE :]
        yield from ([kind] for kind in rest)
