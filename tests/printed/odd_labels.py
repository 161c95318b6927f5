"""Labels as people print them besides plain names: with degree, role, pronouns, handle, in lower case and so on."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from hypothesis import strategies as st

from tests.printed.conversation import Said, called, first_name

Relabel = Callable[[str], str]  # a person's name to the label that is printed


def _handle(person: str) -> str:
    return "@" + "".join(letter for letter in person.casefold() if letter.isalnum())


def _initials(person: str) -> str:
    return "".join(word[0] for word in person.replace("-", " ").split() if word[0].isupper() or not word.isascii())


def _two_initials(person: str) -> str:
    letters = _initials(person)
    return letters if len(letters) > 1 else letters + "B"


def _with_nickname(person: str) -> str:
    return person.replace(first_name(person), f"{first_name(person)} (Jojo)", 1)


def _quoted_nickname(person: str) -> str:
    return person.replace(first_name(person), f'{first_name(person)} "Jojo"', 1)


# The forms of one kind of odd label. A reader that cannot read the name gives no speaker.
FORMS: dict[str, tuple[Relabel, ...]] = {
    "degree": (
        lambda name: f"{name}, PhD",
        lambda name: f"{name}, MD",
        lambda name: f"{name}, M.Sc.",
        lambda name: f"{name}, Ph.D., RN",
    ),
    "role": (
        lambda name: f"{name}, Tea Board",
        lambda name: f"{name}, host",
        lambda name: f"{name}, Head of Lamps",
        lambda name: f"{name} (Tea Board)",
        lambda name: f"{name} (Host)",
        lambda name: f"Host {name}",
    ),
    "pronouns": (
        lambda name: f"{name} (she/her)",
        lambda name: f"{name} (they/them)",
        lambda name: f"{name} [he/him]",
    ),
    "nickname": (_with_nickname, _quoted_nickname),
    "handle": (_handle,),
    "initials": (_two_initials,),
    "lower case": (str.lower,),
    "ordinal": (lambda _: "Second speaker", lambda _: "First caller", lambda _: "2nd Speaker"),
    "audience": (
        lambda _: "Audience member",
        lambda _: "Audience Member 2",
        lambda _: "Unknown Speaker",
        lambda _: "Woman in the audience",
        lambda _: "Caller",
    ),
    "witness": (lambda _: "THE WITNESS", lambda _: "The Chair", lambda _: "THE COURT"),
    "symbol": (
        lambda name: f"★ {name}",
        lambda name: f"{name} †",
        lambda name: f"🎙 {name}",
        lambda name: f"{name} 👋",
        lambda name: f"• {name}",
    ),
}
SOUNDS = ("[laughs]", "(laughing)", "[sighs]")


def odd_labels(kind: str, draw: st.DrawFn, turns: Sequence[Said]) -> list[Said]:
    """Return the turns with labels of one kind: one person's throughout, or for a sound or two people some turns'."""
    guest = turns[1].person
    if kind == "first names":  # after everybody's first turn
        seen: set[str] = set()
        short = []
        for said in turns:
            short.append(called(said, first_name(said.person)) if said.person in seen else said)
            seen.add(said.person)
        return short
    if kind == "sound":
        sound = draw(st.sampled_from(SOUNDS))
        chosen = draw(st.sets(st.integers(0, len(turns) - 1), min_size=1, max_size=3))
        return [
            replace(said, label=f"{said.label} {sound}", speakers=said.speakers | {f"{said.label} {sound}"})
            if number in chosen
            else said
            for number, said in enumerate(turns)
        ]
    if kind == "two people":
        number = draw(st.integers(2, len(turns) - 1))
        joined = f"{turns[0].person} & {guest}"
        # Either of the two alone would be half of the truth, and no other person said it.
        both = replace(turns[number], label=joined, speakers=frozenset({joined, None}))
        return [*turns[:number], both, *turns[number + 1 :]]
    label = draw(st.sampled_from(FORMS[kind]))(guest)
    return [called(said, label, None) if said.person == guest else said for said in turns]


ODD_LABELS = (*FORMS, "first names", "sound", "two people")
