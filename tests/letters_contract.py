"""What every `DeadLetters` does that can tell what it holds: the index, the file and the fake."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from diptych.ingest.dead_letters import DeadLetter, DeadLetters, Stage

#: Seen once, on the second day.
LETTER = DeadLetter(
    index="products",
    id="1",
    stage=Stage.WRITE,
    error_class="mapper_parsing_exception",
    reason="no such field",
    first_seen="2026-01-02T00:00:00.000+00:00",
    last_seen="2026-01-02T00:00:00.000+00:00",
    status=400,
    contract="f00d",
    routing="elsewhere",
)


def on_day(day: int, letter: DeadLetter = LETTER) -> DeadLetter:
    """The letter as it is written when it happens on another day of the month."""
    seen = f"2026-01-{day:02}T00:00:00.000+00:00"
    return replace(letter, first_seen=seen, last_seen=seen)


@dataclass(frozen=True, slots=True)
class Rig:
    """Dead letters without any, and what shows those that they hold; call `kept` once."""

    letters: DeadLetters
    kept: Callable[[], list[DeadLetter]]


class LettersContract:
    """Tests of dead letters; whoever inherits them has a fixture `rig`."""

    def test_letter_comes_back_as_it_was_recorded(self, rig: Rig) -> None:
        """Every field of it."""
        rig.letters.record(LETTER)

        assert [LETTER] == rig.kept()

    def test_second_letter_of_a_document_renews_the_first(self, rig: Rig) -> None:
        """1 + 2 attempts; the first day and the last reason stay."""
        again = replace(on_day(3), reason="worse", attempts=2)
        rig.letters.record(LETTER)
        rig.letters.record(again)

        assert [replace(again, attempts=3, first_seen=LETTER.first_seen)] == rig.kept()

    def test_letter_that_comes_late_adds_what_it_knows(self, rig: Rig) -> None:
        """It lay in another machine's file: 1 + 1 attempts, its day, and the newer reason."""
        rig.letters.record(LETTER)
        rig.letters.record(replace(on_day(1), reason="older"))

        assert [replace(LETTER, attempts=2, first_seen=on_day(1).first_seen)] == rig.kept()

    def test_one_letter_counts_once(self, rig: Rig) -> None:
        """A file that was moved, and is moved again after a crash; each in turn."""
        for letter in (LETTER, on_day(1), LETTER, on_day(1)):
            rig.letters.record(letter)

        assert [2] == [letter.attempts for letter in rig.kept()]

    def test_documents_and_stages_are_told_apart(self, rig: Rig) -> None:
        """Three letters of three keys."""
        others = [replace(LETTER, id="2"), replace(LETTER, stage=Stage.ENRICH)]
        for letter in (LETTER, *others):
            rig.letters.record(letter)

        assert {LETTER, *others} == set(rig.kept())

    def test_id_that_is_no_text_is_kept_in_escapes(self, rig: Rig) -> None:
        """JSON may carry half a character, which no UTF-8 has."""
        rig.letters.record(replace(LETTER, id="half \ud800"))

        assert ["half \\ud800"] == [letter.id for letter in rig.kept()]
