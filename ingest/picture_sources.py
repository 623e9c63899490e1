"""Where a worker takes pictures from, by its settings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from diptych.errors import RefusedPictureError
from diptych.ingest.cache_file import CacheFile
from diptych.ingest.fetching import WebPictures
from diptych.ingest.pacing import HostGates
from diptych.ingest.pictures import AskingSource, KnownPicture, LocalPictures, PictureSource
from diptych.ingest.references import is_address
from diptych.ingest.visits import Visits
from diptych.settings import Settings


@dataclass(frozen=True, slots=True)
class PictureRouter:
    """Web addresses to the web, everything else to the files."""

    local: PictureSource
    web: PictureSource

    def read(self, reference: str) -> bytes:
        """The picture's bytes.

        Raises:
            ImageError: no source gives it; other schemes than http(s) are none's.
            UnavailableError: it may be had later.
        """
        return self._source(reference).read(reference)

    def ask(
        self, reference: str, *, is_known: Callable[[bytes], bool], is_fresh: bool = False
    ) -> bytes | KnownPicture:
        """The picture's bytes, or what it is known by; files are always read.

        Raises:
            ImageError: no source gives it; other schemes than http(s) are none's.
            UnavailableError: it may be had later.
        """
        source = self._source(reference)
        if isinstance(source, AskingSource):
            return source.ask(reference, is_known=is_known, is_fresh=is_fresh)
        return source.read(reference)

    def _source(self, reference: str) -> PictureSource:
        scheme = reference.partition(":")[0].lower() if is_address(reference) else ""
        if scheme in {"http", "https"}:
            return self.web
        if scheme:
            raise RefusedPictureError(
                f"The picture {reference[:200]!r} has the scheme {scheme!r}, which is never opened: name an "
                "https address or a path relative to an image root."
            )
        return self.local


def picture_source(
    settings: Settings,
    *,
    registered: Callable[[], Sequence[Path]] = tuple,
    cache: CacheFile | None = None,
) -> PictureRouter:
    """Where a worker with these settings takes pictures from.

    Args:
        registered: image roots that this host was given since the settings were read.
        cache: where it is kept what hosts said before; in memory unless given.

    Raises:
        SettingsError: `image_hosts` or `image_networks` is malformed.
    """
    web = WebPictures(
        settings.image_hosts,
        networks=settings.image_networks,
        gates=HostGates(rate_per_s=settings.image_rate),
        visits=Visits(cache),
    )
    return PictureRouter(local=LocalPictures(settings.image_roots, registered=registered), web=web)
