"""The demonstration: the whole main job through the ordinary commands, then six searches."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console

from diptych.client import Cluster
from diptych.errors import SearchError
from diptych.mappings.engine import detect_engine
from diptych.mappings.target import read_target
from diptych.plugin.cli import diptych
from diptych.plugin.demo.catalogue_folder import write_catalogue
from diptych.plugin.demo.collection import read_truth
from diptych.plugin.demo.page import ServedPage
from diptych.plugin.demo.searches import (
    N_SHOWN,
    DemoSearch,
    JudgedSearch,
    demo_searches,
    judge,
    write_photos,
)
from diptych.plugin.encoders import choose_encoder
from diptych.plugin.hits import hits_table, timing
from diptych.plugin.local.defaults import resolve_settings
from diptych.plugin.local.stack import read_state
from diptych.plugin.progress import count_bar
from diptych.query.criteria import Filter
from diptych.query.request import SearchRequest
from diptych.query.searcher import Searcher
from diptych.settings import Settings

INDEX = "diptych-demo"


@dataclass(frozen=True, slots=True)
class Shown:
    """One search of the tour and how it was judged."""

    search: DemoSearch
    judged: JudgedSearch
    n_by_keyword: int

    @property
    def is_passed(self) -> bool:
        """Enough right answers; and none by keyword where meaning alone shall find them."""
        return self.judged.is_passed and not (self.search.needs_meaning and self.n_by_keyword)


class Tour:
    """The steps of the demonstration on the local stack of a home folder."""

    def __init__(self, settings: Settings, *, n_products: int) -> None:
        """Starts nothing yet."""
        self._settings = settings
        self._n_products = n_products
        self._folder = settings.home_dir / "demo" / f"catalogue-{n_products}"
        self._console = Console(highlight=False)
        if not self._console.is_terminal:
            self._console.width = 120

    @property
    def is_stack_running(self) -> bool:
        """Whether the stack of this home folder runs."""
        return read_state(self._settings.home_dir) is not None

    def set_up(self) -> None:
        """Stack, catalogue, index, documents, vectors: each by the command a user would type."""
        self._say("A real OpenSearch node and a real broker on this machine")
        self._run("local", "up")
        self._say(f"A catalogue of {self._n_products} products, drawn for the occasion")
        with count_bar("Drawing", self._n_products) as bar:
            records = write_catalogue(
                self._folder, n=self._n_products, on_progress=lambda done, _total: bar(done)
            )
        click.echo(f"{records}")
        self._say("An index that holds words, pictures and one fused vector")
        fields = ("--text-field", "title", "--text-field", "description", "--image-field", "image")
        self._run("install", INDEX, *fields)
        self._say("The products, searchable by keyword at once")
        self._run("ingest", str(records), "--index", INDEX)
        self._say("Their vectors, made by a worker from the queue")
        self._run("embed", INDEX, "--wait")

    def show_searches(self) -> list[Shown]:
        """Run, print and judge the six searches."""
        truth = read_truth(self._folder)
        searches = demo_searches(truth)
        photos = write_photos(self._folder / "photos", searches)
        settings = resolve_settings(self._settings)
        cluster = Cluster(settings)
        contract = read_target(cluster, INDEX).contract
        searcher = Searcher(cluster, detect_engine(cluster), choose_encoder(settings, contract))
        shown = []
        for number, search in enumerate(searches, 1):
            request = _request(search, photos)
            response = searcher.search(INDEX, request)
            judged = judge(search, (hit.id for hit in response.hits), truth)
            n_by_keyword = _count_by_keyword(searcher, search) if search.needs_meaning else 0
            shown.append(Shown(search, judged, n_by_keyword))
            self._say(f"Search {number} of {len(searches)}. {search.title}")
            self._command("search", INDEX, *_arguments(search, photos))
            self._console.print(hits_table(response, contract))
            click.echo(f"{timing(response)}; {_verdict(shown[-1])}")
        return shown

    def show_page(self, *, once: bool) -> None:
        """Serve the page and print its address; stay until the user interrupts.

        Args:
            once: end as soon as the page was seen, as where nobody sits at a terminal.

        Raises:
            UnavailableError: the page does not come up.
        """
        self._say("The same search as a page in your browser")
        page = ServedPage(self._settings, INDEX)
        self._command("serve", INDEX, "--port", page.url.rstrip("/").rpartition(":")[2])
        try:
            page.wait()
            click.echo(f"The page is at {page.url}")
            if self._console.is_terminal and not once:
                click.echo("Ctrl-C ends it.")
                click.launch(page.url)
                page.stay()
        finally:
            page.stop()

    def tear_down(self) -> None:
        """Stop the stack; its data stays."""
        self._run("local", "down")

    def say_how_to_go_on(self) -> None:
        """The next commands to type."""
        program = ".venv/bin/diptych"
        home = self._home_flags()
        for purpose, words in (
            ("See the page again", f"serve {INDEX}"),
            ("Search on", f'search {INDEX} "blue striped mug" --explain'),
            ("By your own photo", f"search {INDEX} --image FILE"),
            ("See the state", f"status {INDEX}"),
            ("Stop the node and the broker (the data stays)", "local down"),
        ):
            click.echo(f"{purpose}:\n  {program} {shlex.join([*shlex.split(words), *home])}")

    def _run(self, *arguments: str) -> None:
        self._command(*arguments)
        diptych([*arguments, *self._home_flags()], standalone_mode=False)

    def _home_flags(self) -> list[str]:
        """Nothing for the usual home folder, which the commands know."""
        usual = Path(Settings.model_fields["home_dir"].default).expanduser()
        home = self._settings.home_dir
        return [] if home == usual else ["--home-dir", str(home)]

    def _say(self, text: str) -> None:
        click.secho(f"\n{text}", bold=True)

    def _command(self, *arguments: str) -> None:
        click.secho(f"$ diptych {shlex.join([*arguments, *self._home_flags()])}", dim=True)


def check(shown: Sequence[Shown]) -> None:
    """Pass if every search found what the catalogue says is right.

    Raises:
        SearchError: names those that did not.
    """
    failed = [f"{s.search.title!r} ({_verdict(s)})" for s in shown if not s.is_passed]
    if failed:
        raise SearchError(
            f"{len(failed)} of {len(shown)} searches did not find what the catalogue says is "
            f"right: {'; '.join(failed)}."
        )


def _request(search: DemoSearch, photos: dict[str, Path]) -> SearchRequest:
    return SearchRequest(
        text=search.text,
        image=photos[search.photo.name].read_bytes() if search.photo else None,
        like=(search.like,) if search.like else (),
        not_text=search.negative_text,
        filters=tuple(Filter(*pair) for pair in search.filters.items()),
        size=N_SHOWN,
    )


def _arguments(search: DemoSearch, photos: dict[str, Path]) -> list[str]:
    arguments = [search.text] if search.text else []
    if search.photo:
        arguments += ["--image", str(photos[search.photo.name])]
    if search.like:
        arguments += ["--like", search.like]
    if search.negative_text:
        arguments += ["--not", search.negative_text]
    for field, value in search.filters.items():
        arguments += ["--filter", f"{field}={value}"]
    return [*arguments, "--size", str(N_SHOWN)]


def _count_by_keyword(searcher: Searcher, search: DemoSearch) -> int:
    weights = {"keywords": 1.0, "text": 0.0, "image": 0.0, "agreement": 0.0}
    return searcher.search(INDEX, SearchRequest(text=search.text, weights=weights)).total


def _verdict(shown: Shown) -> str:
    verdict = f"{shown.judged.n_right} of the first {len(shown.judged.marks)} are right"
    if shown.search.needs_meaning:
        verdict += f", where keywords alone find {shown.n_by_keyword}"
    return verdict + ("" if shown.is_passed else f" ({shown.search.n_required} are required)")
