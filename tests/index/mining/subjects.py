"""Invented talk about one subject after another, long enough for chapters and topics."""

from itertools import product

SUBJECTS = {
    "lamp": ("brass lamp", "keeper", "oil", "wick", "tower", "beacon"),
    "harvest": ("apple harvest", "orchard", "cider", "barrel", "ladder", "basket"),
    "engine": ("steam engine", "boiler", "piston", "coal", "whistle", "railway"),
}
_VERBS = ("cleaned", "carried", "painted", "repaired", "counted", "weighed")


def talk(subject: str, sentences: int = 60) -> str:
    """Sentences of about seventeen words about a subject, no two the same up to 180."""
    words = SUBJECTS[subject]
    pairs = [(one, verb, other) for one, verb, other in product(words, _VERBS, words) if one != other]
    said = (
        f"Every winter the {one} was {verb} beside the {other}, and so it was in the harbour office."
        for one, verb, other in pairs
    )
    return " ".join(text for text, _ in zip(said, range(sentences), strict=False))


def interview(*questions: tuple[str, str], sentences: int = 60) -> list[tuple[str, str]]:
    """Turns of a host, Ada, who asks, and a guest, Bo, who talks about a subject: pairs of question and subject."""
    return [
        turn for asked, subject in questions for turn in (("Ada Pole", asked), ("Bo Reed", talk(subject, sentences)))
    ]
