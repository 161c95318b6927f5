"""A library in which somebody speaks of lighthouses so often in each episode, and a server over it."""

# Sentences of six words that no other passage repeats, so that each of these stretches is a passage of its own.
_SENTENCES = 29


def _stretch(first: str, number: int) -> str:
    """A sentence, and 174 words after it that occur nowhere else."""
    others = (" ".join(f"w{number}x{row}x{column}" for column in range(6)) for row in range(_SENTENCES))
    return " ".join([first, *(f"W{words[1:]}." for words in others)])


def _episode(*firsts: str, number: int) -> list[tuple[str | None, str]]:
    return [(f"Ada {'BCDEFGHIJ'[place]}", _stretch(first, 100 * number + place)) for place, first in enumerate(firsts)]


# Five passages about lighthouses, then one, then a passage that only holds the word, then one of something else.
LIGHTHOUSES = {
    "five-1-aaaa": _episode(*(f"The lighthouse burns oil {day}." for day in "abcde"), number=1),
    "one-2-aaaa": _episode("Every lighthouse burns.", "Ferries sleep in winter.", number=2),
    "word-3-aaaa": _episode(
        "Ferries pass one lighthouse while captains drink coffee, read letters, polish brass, feed seagulls, "
        "mend nets, paint hulls, splice ropes, peel onions and whistle tunes.",
        number=3,
    ),
    "none-4-aaaa": _episode("Penguins inspect harbours.", number=4),
}
