"""Posts about a show, made by rule: each statement is right, or wrong in one known way."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from api.episodes.transcripts import open_transcript
from api.quotes.citation import citation_of
from api.quotes.citation_formats import as_html, as_markdown, as_text
from api.quotes.quote import Quote, quote_at
from index.sentences import sentence_spans
from ingest.library.records import episode_ids
from ingest.text.words import normalise

BASE = "https://quotes.example"
STRANGERS = ("Rosa Lindqvist", "Pavel Okonkwo", "Sir Humphrey Bole")
ODD_WORDS = ("marzipan", "walruses", "upholstery", "seventeen", "bassoon")
ASIDES = (
    "We wrote about ferries last week.",
    "The minister called it “a very good day for all the boats in the land” in a speech.",
    "Mina Calder and Tobias Renn were both there. So was Oluchi Varga.",
    'Read "The Long Goodbye to Software" first: it\'s 5" by 8" and costs £4.',
)


@dataclass(frozen=True)
class Made:
    """A statement as it stands in a post, and the status that it must get."""

    text: str
    status: str


@dataclass(frozen=True)
class Post:
    """A post in HTML or Markdown, and the statuses of its statements; `wrong` is the place of the wrong one."""

    text: str
    is_markdown: bool
    statuses: tuple[str, ...]
    wrong: int | None


def quotes_of(home: Path, least: int = 9, most: int = 45) -> list[Quote]:
    """Every sentence, and every two in a row, of every turn with a speaker."""
    found: list[Quote] = []
    for identifier in episode_ids(home):
        source = open_transcript(home, identifier)
        assert source is not None
        for number, turn in enumerate(source.transcript.turns):
            counts = [len(normalise(turn.text[slice(*span)])) for span in sentence_spans(turn)]
            for size in (1, 2):
                for place in range(len(counts) - size + 1):
                    words = sum(counts[place : place + size])
                    if turn.speaker and least <= words <= most:
                        first = source.begins[number] + sum(counts[:place])
                        found.append(quote_at(source, first, words))
    return found


def changed_words(words: str, rng: random.Random) -> str:
    """The words with one replaced, left out, put in, or exchanged with the next: nobody says these."""
    pieces = words.split()
    place = rng.randrange(2, len(pieces) - 2)
    kind = rng.randrange(4)
    if kind == 0:
        pieces[place] = rng.choice(ODD_WORDS)
    elif kind == 1 and normalise(pieces[place]) != normalise(pieces[place + 1]):
        del pieces[place]
    elif kind == 2 and normalise(pieces[place]) != normalise(pieces[place + 1]):
        pieces[place : place + 2] = [pieces[place + 1], pieces[place]]
    else:
        pieces.insert(place, rng.choice(ODD_WORDS))
    return " ".join(pieces)


def shortened(words: str, rng: random.Random) -> str:
    """The words with some in the middle left out, as writers show it."""
    pieces = words.split()
    first, last = rng.randrange(3, len(pieces) // 2), rng.randrange(len(pieces) // 2 + 1, len(pieces) - 2)
    return " ".join((*pieces[:first], rng.choice(("…", "...", "[…]", "[...]", ". . .")), *pieces[last:]))


def dressed(words: str, is_markdown: bool, rng: random.Random) -> str:
    """The words with entities, markup inside, soft hyphens and line breaks, as editors leave them."""
    pieces = [escape(piece, quote=False) for piece in words.split()]
    for place in rng.sample(range(len(pieces)), k=min(3, len(pieces))):
        word = pieces[place]
        if not word.isascii() or not word.isalpha() or len(word) < 4:
            pieces[place] = word.replace("'", "&#8217;").replace("’", "&rsquo;")
            continue
        half = len(word) // 2
        emphasis = f"*{word}*" if is_markdown else f"<em>{word}</em>"
        pieces[place] = rng.choice(
            (
                emphasis,
                f"<strong>{word[:half]}</strong>{word[half:]}",
                f"{word[:half]}&shy;{word[half:]}",
                f'<span class="x"><b>{word}</b></span>',
                f"{word[:half]}&#{ord(word[half])};{word[half + 1 :]}",
            )
        )
    gaps = [rng.choice((" ", " ", " ", " ", "\n", "&nbsp;", " " if is_markdown else "<br>\n")) for _ in pieces[1:]]
    return "".join(piece + gap for piece, gap in zip(pieces, [*gaps, ""], strict=True))


def marks(words: str, rng: random.Random) -> str:
    """Quotation marks around the words, of those that the words do not hold."""
    pairs = [("“", "”"), ('"', '"'), ("«", "»"), ("&ldquo;", "&rdquo;"), ("„", "“"), ("&#8220;", "&#8221;"), ("‘", "’")]
    opening, closing = rng.choice(
        [pair for pair in pairs if not any(mark in words for mark in "“”\"‘’'") or pair[0] == "“"]
    )
    return f"{opening}{words}{closing}"


Form = Callable[[str, str, Quote, random.Random], str]


def _link(quote: Quote, rng: random.Random) -> str:
    return f"{BASE}/{rng.choice(('quotes', 'quotes', 'embed'))}/{quote.id}"


HTML: dict[str, Form] = {
    "figure": lambda words, name, quote, rng: (
        f'<figure>\n<blockquote cite="{_link(quote, rng)}"><p>{words}</p></blockquote>\n<figcaption>{name} in '
        f'<a href="{_link(quote, rng)}">{quote.episode.title}</a>, {quote.episode.show.title}</figcaption></figure>'
    ),
    "said": lambda words, name, quote, rng: (
        f'<p>{marks(words, rng)}, said {name} in <a href="{_link(quote, rng)}">{quote.episode.title}</a>.</p>'
    ),
    "told": lambda words, name, quote, rng: f"<p>As {name} told {quote.episode.show.title}: {marks(words, rng)}</p>",
    "footer": lambda words, name, quote, rng: (
        f"<blockquote><p>{words}</p><footer>— {name}, <cite>"
        f'<a href="{_link(quote, rng)}">{quote.episode.title}</a></cite></footer></blockquote>'
    ),
    "source below": lambda words, name, quote, rng: (
        f'<blockquote>{words}</blockquote>\n<p>{name}, <a href="{_link(quote, rng)}">in the podcast</a></p>'
    ),
    "q": lambda words, name, quote, rng: (
        f'<p>{name} put it like this: <q>{words}</q> (<a href="{_link(quote, rng)}">listen</a>)</p>'
    ),
}
MARKDOWN: dict[str, Form] = {
    "said": lambda words, name, quote, rng: f"{marks(words, rng)}, said {name} in [the episode]({_link(quote, rng)}).",
    "dash": lambda words, name, quote, rng: (
        "> " + words.replace("\n", "\n> ") + f"\n>\n> — {name}, [{quote.episode.title}]({_link(quote, rng)})"
    ),
    "on the show": lambda words, name, quote, rng: f"{name} said on {quote.episode.show.title}, {marks(words, rng)}.",
    "address": lambda words, name, quote, rng: (
        f"{marks(words, rng)}\n{name}, {quote.episode.title}\n{_link(quote, rng)}"
    ),
}
# Forms without a link cannot show that it leads nowhere.
UNLINKED = frozenset({"told", "on the show"})


def _statement(quote: Quote, fault: str, others: Sequence[str], is_markdown: bool, rng: random.Random) -> Made:
    """A statement of a quote with a fault; "" is right, "changed" and "withdrawn" are faults of the quote itself."""
    forms = MARKDOWN if is_markdown else HTML
    name = rng.choice([form for form in forms if form not in UNLINKED or fault != "withdrawn"])
    speaker = quote.speaker or ""
    words = " ".join(quote.text.split())
    if not fault and rng.random() < 0.15:
        citation = citation_of(quote)
        return Made((rng.choice((as_markdown, as_text)) if is_markdown else as_html)(citation, BASE), "holds")
    if fault in ("", "withdrawn", "changed") and rng.random() < 0.15:
        status = fault or "holds"
        address = _link(quote, rng)
        if is_markdown:
            return Made(rng.choice((f"Listen: {address}.", f"[Listen]({address})", f"<{address}>")), status)
        return Made(
            rng.choice((f'<iframe src="{address}"></iframe>', f'<p><a href="{address}">Listen</a></p>')), status
        )
    if fault == "never said":
        words = changed_words(words, rng)
    if fault == "wrong speaker":
        speaker = rng.choice([*STRANGERS, *(other for other in others if other != speaker)])
    if fault != "changed" and len(words.split()) >= 12 and rng.random() < 0.3:
        shorter = shortened(words, rng)
        gone = fault == "never said" and shorter_is_said(shorter, quote)
        words = words if gone else shorter
    words = words.rstrip(".") if rng.random() < 0.5 else words
    return Made(forms[name](dressed(words, is_markdown, rng), speaker, quote, rng), fault or "holds")


def shorter_is_said(shorter: str, quote: Quote) -> bool:
    """Whether what was left out was the only fault."""
    from api.links.look_up import fragments_of, holds

    return holds(quote.text, fragments_of(shorter))


def posts(
    count: int, right: Sequence[Quote], faulty: dict[str, Sequence[Quote]], seed: int, *, mutated: bool = True
) -> Iterator[Post]:
    """Posts of one to four statements; with `mutated`, one of them is wrong.

    `right` are quotes that hold today; `faulty` are those to choose from for each fault.
    """
    rng = random.Random(seed)
    speakers = sorted({quote.speaker or "" for quote in right})
    faults = sorted(faulty)
    for number in range(count):
        is_markdown = bool(rng.randrange(2))
        places = rng.randrange(1, 5)
        wrong = rng.randrange(places) if mutated else None
        made = []
        for place in range(places):
            fault = faults[number % len(faults)] if place == wrong else ""
            quote = rng.choice(faulty[fault] if fault else right)
            made.append(_statement(quote, fault, speakers, is_markdown, rng))
        parts = ["# A post" if is_markdown else "<h1>A post</h1>"]
        for one in made:
            aside = rng.choice(ASIDES)
            parts += [aside if is_markdown else f"<p>{aside}</p>", one.text]
        yield Post("\n\n".join(parts), is_markdown, tuple(one.status for one in made), wrong)
