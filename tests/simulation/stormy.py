"""What surrounds a worker, on a bad day: a slow encoder, pictures and dead letters that are away."""

from collections.abc import Callable, Sequence

from simulation.checks import DIMENSION, PICTURES
from simulation.client import Weather
from simulation.machine import Machine

from diptych.encoding import EncodedImages, Role
from diptych.errors import ImageError, UnavailableError
from diptych.ingest.dead_letters import DeadLetter
from diptych.testing import FakeEncoder, MemoryDeadLetters
from diptych.vectors import Floats


class SlowEncoder(FakeEncoder):
    """An encoder that takes time and breaks."""

    def __init__(
        self, machine: Machine, execute: Callable[[Sequence[str]], None], revision: str
    ) -> None:
        """`execute` is what texts do to the worker."""
        super().__init__(DIMENSION, DIMENSION, revision=revision)
        self._machine = machine
        self._execute = execute

    def encode_texts(self, texts: Sequence[str], *, role: Role) -> Floats:
        """Slow, and sometimes the end."""
        self._execute(texts)
        return super().encode_texts(texts, role=role)

    def encode_images(self, images: Sequence[bytes]) -> EncodedImages:
        """Slow."""
        if images:
            self._machine.pause(0.01)
        return super().encode_images(images)


class StormyPictures:
    """A `PictureSource` whose host is away at times."""

    def __init__(self, machine: Machine, weather: Weather) -> None:
        """Nothing is read yet."""
        self._machine = machine
        self._weather = weather

    def read(self, reference: str) -> bytes:
        """The picture, or why not."""
        if reference == "away.jpg" and self._machine.now_s < self._weather.away_until_s:
            raise UnavailableError("The host is away.")
        if reference not in PICTURES:
            raise ImageError("There is no such picture.")
        return PICTURES[reference]


class StormyLetters(MemoryDeadLetters):
    """Dead letters that cannot always be kept."""

    def __init__(self, machine: Machine, weather: Weather) -> None:
        """Holds no letters yet."""
        super().__init__()
        self._machine = machine
        self._weather = weather

    def record(self, letter: DeadLetter) -> None:
        """Keep the letter, or say that it is not kept."""
        self._machine.pause(0.001)
        if self._machine.chance(self._weather.p_fault):
            raise UnavailableError("The dead letters do not answer.")
        self._machine.say(f"dead letter {letter.id} {letter.stage} {letter.reason}")
        super().record(letter)
