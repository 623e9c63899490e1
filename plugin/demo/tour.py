"""The demonstration: the whole main job through the ordinary commands, then its searches."""

import shlex
from collections.abc import Iterator
from pathlib import Path

import click

from diptych.client import Cluster
from diptych.mappings.engine import detect_engine
from diptych.mappings.target import read_target
from diptych.plugin.cli import diptych
from diptych.plugin.demo.collection import draw_with_bar, read_truth
from diptych.plugin.demo.exhibits import Exhibit, exhibits
from diptych.plugin.demo.page import ServedPage
from diptych.plugin.demo.searches import judge, write_photos
from diptych.plugin.demo.showing import Shown, arguments_of, keywords_of, request_of
from diptych.plugin.encoders import choose_encoder
from diptych.plugin.existing import read_existing
from diptych.plugin.hits import hits_table, timing
from diptych.plugin.local.defaults import resolve_settings
from diptych.plugin.local.stack import read_state
from diptych.plugin.model_refs import find_model_refs
from diptych.plugin.output import table_console
from diptych.query.searcher import Searcher
from diptych.settings import Settings


class Tour:
    """The steps of the demonstration on the local stack of a home folder."""

    def __init__(self, settings: Settings, *, n_products: int) -> None:
        """Starts nothing yet."""
        self._settings = settings
        self._exhibits = exhibits(n_products)
        self._console = table_console(width=120)

    @property
    def is_stack_running(self) -> bool:
        """Whether the stack of this home folder runs."""
        return read_state(self._settings.home_dir) is not None

    def start_stack(self) -> None:
        """The node and the broker."""
        self._say("A real OpenSearch node and a real broker on this machine")
        self._run("local", "up")

    def show_exhibits(self) -> list[Shown]:
        """Set each collection up, search it, and judge what it finds."""
        shown: list[Shown] = []
        for exhibit in self._exhibits:
            self._set_up(exhibit)
            shown.extend(self._searches(exhibit))
        return shown

    def _set_up(self, exhibit: Exhibit) -> None:
        """Catalogue, index, documents, vectors: each by the command a user would type."""
        self._say(exhibit.headline)
        records = draw_with_bar(exhibit.write, self._folder(exhibit), n=exhibit.n)
        self._say("An index that holds words, pictures and one fused vector")
        fields = ("--text-field", "title", "--text-field", "description", "--image-field", "image")
        how = ("--rebuild", "--replace-index", "--yes") if self._is_outdated(exhibit) else ()
        self._run("install", exhibit.index, *fields, *how)
        self._say("The documents, searchable by keyword at once")
        self._run("ingest", str(records), "--index", exhibit.index)
        self._say("Their vectors, made by a worker from the queue")
        self._run("embed", exhibit.index, "--wait")

    def _is_outdated(self, exhibit: Exhibit) -> bool:
        """Whether an earlier version of Diptych made the index, with another bundled model."""
        settings = resolve_settings(self._settings)
        models = find_model_refs(settings, text_model=None, image_model=None)
        found = read_existing(Cluster(settings), exhibit.index)
        contract = None if found is None else found.contract
        return contract is not None and (contract.text_model, contract.image_model) != models

    def _searches(self, exhibit: Exhibit) -> Iterator[Shown]:
        """Run, print and judge the searches of one collection."""
        folder = self._folder(exhibit)
        truth = read_truth(folder)
        searches = exhibit.searches(truth)
        photos = write_photos(folder / "photos", searches)
        settings = resolve_settings(self._settings)
        cluster = Cluster(settings)
        contract = read_target(cluster, exhibit.index).contract
        searcher = Searcher(cluster, detect_engine(cluster), choose_encoder(settings, contract))
        for number, search in enumerate(searches, 1):
            response = searcher.search(exhibit.index, request_of(search, photos))
            judged = judge(search, (hit.id for hit in response.hits), truth)
            n_by_keyword = (
                searcher.search(exhibit.index, keywords_of(search)).total
                if search.needs_meaning
                else 0
            )
            shown = Shown(search, judged, n_by_keyword)
            self._say(f"Search {number} of {len(searches)}. {search.title}")
            self._command("search", exhibit.index, *arguments_of(search, photos))
            self._console.print(hits_table(response, contract))
            click.echo(f"{timing(response)}; {shown.verdict}")
            yield shown

    def show_page(self, *, once: bool) -> None:
        """Serve the page and print its address; stay until the user interrupts.

        Args:
            once: end as soon as the page was seen, as where nobody sits at a terminal.

        Raises:
            UnavailableError: the page does not come up.
        """
        self._say("The same search as a page in your browser")
        indexes = [exhibit.index for exhibit in self._exhibits]
        page = ServedPage(self._settings, *indexes)
        self._command("serve", *indexes, "--port", page.url.rstrip("/").rpartition(":")[2])
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
        shop, scenes = (exhibit.index for exhibit in self._exhibits)
        for purpose, words in (
            ("See the page again", f"serve {shop} {scenes}"),
            ("Search on", f'search {shop} "blue striped mug" --explain'),
            ("By your own photo", f"search {shop} --image FILE"),
            ("See the state", f"status {shop}"),
            ("Stop the node and the broker (the data stays)", "local down"),
        ):
            click.echo(f"{purpose}:\n  {program} {shlex.join([*shlex.split(words), *home])}")

    def _run(self, *arguments: str) -> None:
        self._command(*arguments)
        diptych([*arguments, *self._home_flags()], standalone_mode=False)

    def _folder(self, exhibit: Exhibit) -> Path:
        return self._settings.home_dir / "demo" / exhibit.folder_name

    def _home_flags(self) -> list[str]:
        """Nothing for the usual home folder, which the commands know."""
        usual = Path(Settings.model_fields["home_dir"].default).expanduser()
        home = self._settings.home_dir
        return [] if home == usual else ["--home-dir", str(home)]

    def _say(self, text: str) -> None:
        click.secho(f"\n{text}", bold=True)

    def _command(self, *arguments: str) -> None:
        click.secho(f"$ diptych {shlex.join([*arguments, *self._home_flags()])}", dim=True)
