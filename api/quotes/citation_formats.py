"""Format a quote for citing: Markdown, HTML and text in the style of GOV.UK blogs, and JSON-LD.

Every function is pure. `base` is this server's URL without a slash at the end ("https://playback.example"). The words
of a quote, its speaker and its episode are untrusted, so each format does its own escaping.
"""

import json
import re
from html import escape
from typing import Any

from api.formatting import day, episode_name, safe_link, when
from api.quotes.citation import Citation
from api.quotes.heard_confidence import heard_remark
from ingest.transcript import Episode

# Control characters, which terminals and editors obey and a feed may hold, and what XML cannot hold. Line breaks stay,
# they separate paragraphs.
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
# Characters that change the writing direction: a name must not reverse the rest of its line.
_DIRECTION = re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# What CommonMark and its dialects (which link bare URLs and user names, or set formulas) read as markup inside a line.
_MARKUP = re.compile(r"[\\`*_{}\[\]<>|~$@]|&(?=#?\w+;)|(?<=\w)(?=://)|(?<=\bwww)(?=\.)", re.IGNORECASE)
# What starts a list, a heading or a rule at the beginning of a line.
_BLOCK_MARKUP = re.compile(r"^(\d{1,9}(?=[.)])|(?=[-+#]))")
# JSON inside a <script> must hold nothing that an HTML parser could take for its end.
_UNSAFE_IN_SCRIPT = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}


def as_markdown(citation: Citation, base: str) -> str:
    """Return the quote as a block quote with its source below; untrusted text cannot add links, markup or HTML."""
    paragraphs = [f"> {plain_markdown(paragraph)}" for paragraph in _paragraphs(citation)]
    link = f"[{plain_markdown(name_of(citation.episode))}]({base}{citation.url})"
    return (
        "\n>\n".join(paragraphs)
        + "\n\n"
        + _source(plain_markdown(_speaker_and_role(citation)), link, plain_markdown(_show_date_time(citation)))
    )


def as_html(citation: Citation, base: str) -> str:
    """Return the quote as a figure with its source as the caption."""
    address = escape(f"{base}{citation.url}")
    paragraphs = "\n".join(f"    <p>{_text(paragraph)}</p>" for paragraph in _paragraphs(citation))
    link = f'<a href="{address}">{_text(name_of(citation.episode))}</a>'
    source = _source(_text(_speaker_and_role(citation)), link, _text(_show_date_time(citation)))
    return (
        f'<figure>\n  <blockquote cite="{address}">\n{paragraphs}\n  </blockquote>\n'
        f"  <figcaption>{source}</figcaption>\n</figure>"
    )


def as_text(citation: Citation, base: str) -> str:
    """Return the quote in quotation marks, its source and its URL, each on a separate line."""
    quote = "\n".join(_paragraphs(citation))
    source = _source(_speaker_and_role(citation), name_of(citation.episode), _show_date_time(citation))
    return f"“{quote}”\n{source}\n{base}{citation.url}"


def as_json_ld(citation: Citation, base: str) -> str:
    """Return the quote as JSON-LD of schema.org: a Quotation, part of a Clip, part of a PodcastEpisode.

    It can be put into a <script> unchanged, because "<", ">" and "&" are written as JSON escapes.
    """
    return json.dumps(quotation(citation, base), ensure_ascii=False, indent=2).translate(_UNSAFE_IN_SCRIPT)


def quotation(citation: Citation, base: str) -> dict[str, Any]:
    """Return the object that `as_json_ld` writes; unknown fields are left out and URLs are absolute.

    A clip has numeric times only if they are known; an estimate is given as a sentence, never as a number.
    """
    address = f"{base}{citation.url}"
    return _without_none(
        {
            "@context": "https://schema.org",
            "@type": "Quotation",
            "@id": address,
            "url": address,
            "text": "\n".join(_paragraphs(citation)),
            "description": heard_remark(citation.timing, citation.heard_confidence),
            "creator": _person(citation),
            "isPartOf": _clip(citation, base),
        }
    )


def title_of(citation: Citation) -> str:
    """Return a quote's title for other sites: who said it, in which episode."""
    name = name_of(citation.episode)
    return f"{one_line(citation.speaker)} in {name}" if citation.speaker else name


def absolute(url: str | None, base: str) -> str | None:
    """Return a web URL unchanged, a path on this server with `base` before it, and None for anything else."""
    link = safe_link(url)
    return f"{base}{link}" if link is not None and link.startswith("/") else link


def _person(citation: Citation) -> dict[str, Any] | None:
    if not citation.speaker:
        return None
    role = one_line(citation.role) if citation.role else None
    return _without_none({"@type": "Person", "name": one_line(citation.speaker), "jobTitle": role})


def _clip(citation: Citation, base: str) -> dict[str, Any]:
    is_known = citation.start is not None and citation.timing != "estimated"
    time = when(citation.start, citation.timing)
    return _without_none(
        {
            "@type": "Clip",
            "startOffset": citation.start if is_known else None,
            "endOffset": citation.end if is_known else None,
            "description": None if is_known or time is None else f"from {time}",
            "url": absolute(citation.listen_url, base),
            "partOfEpisode": _episode(citation.episode, base),
        }
    )


def _episode(episode: Episode, base: str) -> dict[str, Any]:
    audio = absolute(episode.audio_url, base)
    return _without_none(
        {
            "@type": "PodcastEpisode",
            "name": name_of(episode),
            "episodeNumber": episode.number,
            "datePublished": episode.published,
            "duration": f"PT{round(episode.duration)}S" if episode.duration else None,
            "url": absolute(episode.page_url, base) or f"{base}/episodes/{episode.id}",
            "license": _licence(episode.licence, base),
            "associatedMedia": {"@type": "AudioObject", "contentUrl": audio} if audio else None,
            "partOfSeries": _without_none(
                {
                    "@type": "PodcastSeries",
                    "name": one_line(episode.show.title),
                    "url": absolute(episode.show.page_url, base),
                }
            ),
        }
    )


def _licence(licence: str | None, base: str) -> str | dict[str, Any] | None:
    if not licence:
        return None
    return absolute(licence, base) or {"@type": "CreativeWork", "name": one_line(licence)}


def _without_none(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _paragraphs(citation: Citation) -> list[str]:
    return [_CONTROL.sub("\ufffd", paragraph) for paragraph in citation.quote.split("\n")]


def name_of(episode: Episode) -> str:
    """Return an episode's name on one line, never empty: a link needs a text, and a title may consist of spaces."""
    return one_line(episode_name(episode)) or episode.id


def _speaker_and_role(citation: Citation) -> str:
    """Return the speaker, with their role between commas ("Tobias Renn, lead engineer,"); "" if not named."""
    if not citation.speaker:
        return ""
    return f"{one_line(citation.speaker)}, {one_line(citation.role)}," if citation.role else one_line(citation.speaker)


def _show_date_time(citation: Citation) -> str:
    """Return the show (unless the episode's name begins with it), the date, the time, and that it was only heard."""
    show, time = one_line(citation.episode.show.title), when(citation.start, citation.timing)
    parts = (
        None if name_of(citation.episode).startswith(show) else show,
        day(citation.episode.published),
        None if time is None else f"at {time}",
        heard_remark(citation.timing, citation.heard_confidence),
    )
    return ", ".join(one_line(part) for part in parts if part)


def _source(who: str, link: str, where: str) -> str:
    return ", ".join(part for part in (f"{who} in {link}" if who else link, where) if part)


def one_line(text: str) -> str:
    """Return the text on one line, without characters that break the line or change its direction."""
    return _CONTROL.sub("\ufffd", " ".join(_DIRECTION.sub("", text).split()))


def _text(words: str) -> str:
    """Escape text inside an element, where quotation marks and apostrophes are safe and stay readable."""
    return escape(words, quote=False)


def plain_markdown(text: str) -> str:
    """Return one line of text, escaped so that Markdown finds no markup in it."""
    return _BLOCK_MARKUP.sub(r"\1\\", _MARKUP.sub(lambda found: f"\\{found.group()}", text.strip()))
