"""Which indexes a request may name: those that are served to its sender, and no others."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

from diptych.errors import ContractError, DiptychError, MappingError
from diptych.mappings.target import Target
from diptych.plugin.serve.dropin.refusing import RefusalError


class Targets(Protocol):
    """Knows what the served names stand for, as `diptych.plugin.serve.service.Service` does."""

    def target(self, index: str) -> Target:
        """The index behind a name, at most some seconds old."""
        ...

    def index_behind(self, name: str) -> str:
        """The index behind a name, whether it has a contract or not."""
        ...


class Names:
    """The indexes that one caller may name, by their served name or as the cluster has them."""

    def __init__(self, targets: Targets, served: Iterable[str]) -> None:
        """Looks up what the names stand for; an index of Diptych's or the system's is left out."""
        self._served: dict[str, str] = {}
        for name in served:
            for index, has_contract in _look_up(targets, name):
                if not any(is_reserved(it, has_contract=has_contract) for it in (name, index)):
                    self._served |= {index: name, name: name}

    def check(self, expression: Any) -> list[str]:
        """The served names that an expression of the engines stands for.

        Stars, exclusions and dates are not followed: what they reach can change.

        Raises:
            RefusalError: one of them is not served.
        """
        parts = expression if isinstance(expression, list) else [expression]
        names = [name for part in parts for name in str(part).split(",")]
        for name in names:
            if name not in self._served:
                raise RefusalError(403, self._refusal(name))
        return [self._served[name] for name in names]

    def check_params(self, params: Mapping[str, str]) -> None:
        """Pass if no parameter stands for a part of the path, as the engines let it.

        Raises:
            RefusalError: one does.
        """
        for name in ("index", "id"):
            if name in params:
                raise RefusalError(
                    403, f"The parameter {name!r} is not taken here: name it in the path."
                )

    def _refusal(self, name: str) -> str:
        served = ", ".join(sorted(set(self._served.values()))) or "none"
        shown = name[:100] or "all indexes"
        return f"{shown!r} is not served at this address: name an index of {served}."


def is_reserved(name: str, *, has_contract: bool) -> bool:
    """Whether an index belongs to the cluster or to Diptych.

    One with a contract holds products, whatever it is called: `diptych-demo` does.
    """
    return name.startswith(".") or (name.startswith("diptych-") and not has_contract)


def _look_up(targets: Targets, name: str) -> Iterator[tuple[str, bool]]:
    """The index behind a served name, and whether it has a contract; nothing for several indexes.

    While the cluster cannot say, it is the name itself, which had a contract at the start.
    """
    try:
        try:
            yield targets.target(name).index, True
        except ContractError:
            yield targets.index_behind(name), False
    except MappingError:
        return
    except DiptychError:
        yield name, True
