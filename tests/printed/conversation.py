"""Conversations as they are held: who says what and when, drawn from a stock of ordinary speech and of real shapes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hypothesis import strategies as st

# About 150 sentences of our own. Some look like labels, lists, times, footers or markers and are none.
SENTENCES = tuple(Path(__file__).with_name("sentences.txt").read_text(encoding="utf-8").splitlines())
ANSWERS = ("Yes.", "Right.", "No.", "Exactly.", "Sure.", "I see.", "Of course.", "Forty-two.", "Why?", "Thank you.")
PEOPLE = (
    "Mara Lindqvist",
    "Tom Okafor",
    "Ana Fletcher",
    "Jean-Luc de la Tour",
    "Dr Jane O'Neil-Smith",
    "Siân Wyn-Jones",
    "José María Núñez",
    "Ludwig van der Berg",
    "Björn Rabenstein",
    "Nguyễn Thị Hoa",
    "J. P. Harrow",
    "Prof. Ada Kowalczyk",
    "Fatima al-Zahra",
    "Rory McDonald",
    "Kofi Mensah Jr.",
    "Łukasz Żak",
    "Иван Петров",
    "Νίκος Παπάς",
    "山田 太郎",
    "Priya",
    "Zoë",
    "D’Arcy Quinn",
)
_TITLES = ("Dr", "Prof.", "J.")
_SECONDS_PER_WORD = 0.4
_STARTS = (0, 1, 65, 3_590)  # seconds into the recording at which a conversation may begin


@dataclass(frozen=True, slots=True)
class Said:
    """One turn as it was said, from `start` to `end` in whole seconds.

    `label` is printed for `person`; a reader may give any of `speakers` (None: it could not read the label). `clock`
    is the start as it is printed.
    """

    person: str
    label: str
    speakers: frozenset[str | None]
    paragraphs: tuple[str, ...]
    start: int
    end: int
    clock: str

    @property
    def text(self) -> str:
        """All words on one line."""
        return " ".join(self.paragraphs)


def clock(seconds: int, hours: bool = False) -> str:
    """Return seconds as mm:ss, from one hour (or with `hours`) as hh:mm:ss."""
    minutes, rest = divmod(seconds, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest:02}" if hours or minutes >= 60 else f"{minutes:02}:{rest:02}"


def first_name(person: str) -> str:
    """Return what others call a person: the first name without a title or an initial."""
    return next(word for word in person.split() if word not in _TITLES and not word.endswith("."))


@st.composite
def conversations(draw: st.DrawFn, *, clear: bool = False, people: int | None = None) -> list[Said]:
    """Draw the turns of two to four people, who alternate and come back.

    `clear`: long enough that even without a word about it nobody takes it for anything else. `people`: how many.
    """
    number = people or draw(st.integers(2, 4))
    cast = draw(st.lists(st.sampled_from(PEOPLE), min_size=number, max_size=number, unique=True))
    # Everybody speaks once, then the first two, so that names come back.
    order = [*range(number), 0, 1]
    for step in draw(st.lists(st.integers(1, number - 1), min_size=6 if clear else 0, max_size=24 - len(order))):
        order.append((order[-1] + step) % number)
    used: set[int] = set()
    turns: list[Said] = []
    start = draw(st.sampled_from(_STARTS))
    for position, speaker in enumerate(order):
        may_be_short = position >= 2 and not (clear and position < 8)
        paragraphs = _paragraphs(draw, used, cast, speaker, may_be_short)
        end = start + 1 + int(_SECONDS_PER_WORD * len(" ".join(paragraphs).split()))
        person = cast[speaker]
        # A single word that stands before a colon once may be an aside; a reader may leave its speaker open.
        # It may be printed with another's name elsewhere.
        is_unclear = " " not in person and order.count(speaker) <= 2
        speakers = frozenset({person, None} if is_unclear else {person})
        turns.append(Said(person, person, speakers, paragraphs, start, end, clock(start)))
        start = end + draw(st.integers(0, 1))
    return turns


def _paragraphs(
    draw: st.DrawFn, used: set[int], cast: Sequence[str], speaker: int, may_be_short: bool
) -> tuple[str, ...]:
    """Draw what one person says, no sentence twice in a conversation but for short answers."""
    if may_be_short and draw(st.integers(0, 5)) == 5:
        return (draw(st.sampled_from(ANSWERS)),)
    others = [person for index, person in enumerate(cast) if index != speaker]
    paragraphs = []
    for size in draw(st.lists(st.integers(1, 3), min_size=1, max_size=3)):
        sentences = []
        for _ in range(size):
            index = draw(st.integers(0, len(SENTENCES) - 1))
            while index in used and len(used) < len(SENTENCES):
                index = (index + 1) % len(SENTENCES)
            used.add(index)
            other = others[index % len(others)]
            sentences.append(SENTENCES[index].format(first=first_name(other), name=other))
        paragraphs.append(" ".join(sentences))
    return tuple(paragraphs)


def called(said: Said, label: str, *more: str | None) -> Said:
    """Return a turn under another label; a reader may give the label, the person's name or one of `more`."""
    return replace(said, label=label, speakers=frozenset({said.person, label, *more}))
