"""Citations: known answers in every form, and foreign words that stay words in each of them."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.quotes.citation import Citation
from api.quotes.citation_formats import absolute, as_html, as_json_ld, as_markdown, as_text, quotation
from ingest.transcript import Episode, Show
from tests.api.commonmark import tokens
from tests.api.markup import Seen

BASE = "https://playback.example"
ADDRESS = f"{BASE}/quotes/harbour-1-aaaa.1e.c.0123456789"
SHOW = Show("harbour", "The Harbour Podcast", "https://example.org/harbour")
EPISODE = Episode(
    "harbour-1-aaaa", "h1", SHOW, 1, "Moving the records", "2021-10-28", 600.0,
    "https://example.org/harbour/1", "/api/episodes/harbour-1-aaaa/audio", "cc-by-4.0",
)  # fmt: skip
CITATION = Citation(
    id="harbour-1-aaaa.1e.c.0123456789",
    quote="The harbour council paid for it.\nNobody else did.",
    speaker="Tobias Renn",
    role="lead data engineer",
    episode=EPISODE,
    turn=3,
    start=46.0,
    end=51.9,
    timing="aligned",
    timing_error=0.4,
    url="/quotes/harbour-1-aaaa.1e.c.0123456789",
    listen_url="/api/episodes/harbour-1-aaaa/audio#t=46.0,51.9",
    score=0.0,
    in_reply_to="Who paid?",
)
BARE = replace(
    CITATION,
    speaker=None,
    role=None,
    start=None,
    end=None,
    timing=None,
    timing_error=None,
    listen_url=None,
    episode=Episode("harbour-2-bbbb", "h2", Show("harbour", "The Harbour Podcast"), 2),
)

# What is markup somewhere: pieces of Markdown, HTML and templates, and characters that break or turn lines.
PIECES = (
    "a word. 1 7 1986. 2) - + * # > < & &amp; &#60; [ ] ( ) ! ![x] [x](http://e.example) [x]: <b> </script> "
    "<!-- --> ` ``` ~~~ ~ _ __ ** \\ \\\\ | --- === : @ $ {{7*7}} {%x%} http://e.example https://e.example "
    "www.e.example <http://e.example> javascript:alert(1) <javascript:alert(1)> ' \" “ ” \u202e \u2028 \x00 \x1b \t é"
).split(" ")
NASTY = st.lists(st.sampled_from([*PIECES, " ", "    "]), min_size=1, max_size=14).map("".join)
LINES = st.lists(NASTY.map(lambda text: " ".join(text.split())).filter(bool), min_size=1, max_size=3).map("\n".join)
CITATIONS = st.builds(
    lambda quote, speaker, role, title, show: replace(
        CITATION,
        quote=quote,
        speaker=speaker,
        role=role,
        episode=replace(EPISODE, title=title, show=replace(SHOW, title=show)),
    ),
    LINES,
    st.none() | NASTY,
    st.none() | NASTY,
    st.none() | NASTY,
    NASTY,
)


def shown(text: str) -> str:
    """A foreign text as a citation may show it: without what terminals obey."""
    return "".join(
        "\ufffd"
        if (ord(letter) < 32 and letter != "\n") or 127 <= ord(letter) < 160 or letter in "\u2028\u2029"
        else letter
        for letter in text
    )


def source_of(citation: Citation) -> str:
    """The source as the text form has it, which is escaped for nothing."""
    return as_text(citation, BASE).split("\n")[-2]


# --- known answers


def test_a_citation_in_markdown() -> None:
    """A block quote of its paragraphs, then who said it, the episode as the link, show, date and time."""
    assert as_markdown(CITATION, BASE) == (
        "> The harbour council paid for it.\n>\n> Nobody else did.\n\n"
        f"Tobias Renn, lead data engineer, in [Moving the records]({ADDRESS}), "
        "The Harbour Podcast, 28 October 2021, at 0:46"
    )


def test_a_citation_in_html() -> None:
    """A figure with the source as its caption, so that a screen reader reads both together."""
    assert as_html(CITATION, BASE) == (
        f'<figure>\n  <blockquote cite="{ADDRESS}">\n'
        "    <p>The harbour council paid for it.</p>\n    <p>Nobody else did.</p>\n  </blockquote>\n"
        f'  <figcaption>Tobias Renn, lead data engineer, in <a href="{ADDRESS}">Moving the records</a>, '
        "The Harbour Podcast, 28 October 2021, at 0:46</figcaption>\n</figure>"
    )


def test_a_citation_in_text() -> None:
    """The words in quotation marks, the source, the address."""
    assert as_text(CITATION, BASE) == (
        "“The harbour council paid for it.\nNobody else did.”\n"
        "Tobias Renn, lead data engineer, in Moving the records, The Harbour Podcast, 28 October 2021, at 0:46\n"
        f"{ADDRESS}"
    )


def test_a_citation_in_json_ld() -> None:
    """A Quotation in a Clip of a PodcastEpisode, in the words of schema.org, addresses absolute."""
    assert json.loads(as_json_ld(CITATION, BASE)) == {
        "@context": "https://schema.org",
        "@type": "Quotation",
        "@id": ADDRESS,
        "url": ADDRESS,
        "text": "The harbour council paid for it.\nNobody else did.",
        "creator": {"@type": "Person", "name": "Tobias Renn", "jobTitle": "lead data engineer"},
        "isPartOf": {
            "@type": "Clip",
            "startOffset": 46.0,
            "endOffset": 51.9,
            "url": f"{BASE}/api/episodes/harbour-1-aaaa/audio#t=46.0,51.9",
            "partOfEpisode": {
                "@type": "PodcastEpisode",
                "name": "Moving the records",
                "episodeNumber": 1,
                "datePublished": "2021-10-28",
                "duration": "PT600S",
                "url": "https://example.org/harbour/1",
                "license": {"@type": "CreativeWork", "name": "cc-by-4.0"},
                "associatedMedia": {
                    "@type": "AudioObject",
                    "contentUrl": f"{BASE}/api/episodes/harbour-1-aaaa/audio",
                },
                "partOfSeries": {
                    "@type": "PodcastSeries",
                    "name": "The Harbour Podcast",
                    "url": "https://example.org/harbour",
                },
            },
        },
    }


def test_what_is_unknown_is_left_out() -> None:
    """Without speaker, date, time and title a citation names the show and number, once."""
    assert as_text(BARE, BASE).splitlines()[2] == "The Harbour Podcast #2"
    assert as_markdown(BARE, BASE).splitlines()[-1] == f"[The Harbour Podcast #2]({ADDRESS})"
    assert quotation(BARE, BASE)["isPartOf"] == {
        "@type": "Clip",
        "partOfEpisode": {
            "@type": "PodcastEpisode",
            "name": "The Harbour Podcast #2",
            "episodeNumber": 2,
            "url": f"{BASE}/episodes/harbour-2-bbbb",
            "partOfSeries": {"@type": "PodcastSeries", "name": "The Harbour Podcast"},
        },
    }
    assert "creator" not in quotation(BARE, BASE)


def test_an_estimate_is_no_fact() -> None:
    """A guessed time reads "about" in every form, and is no number in JSON-LD."""
    guessed = replace(CITATION, start=754.0, end=760.0, timing="estimated", timing_error=90.0)
    for form in (as_markdown, as_html, as_text):
        assert "28 October 2021, at about 12:34" in form(guessed, BASE)
    clip = quotation(guessed, BASE)["isPartOf"]
    assert clip["description"] == "from about 12:34"
    assert "startOffset" not in clip
    assert "endOffset" not in clip


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("/quotes/x", "https://playback.example/quotes/x"),
        ("https://example.org/a", "https://example.org/a"),
        ("javascript:alert(1)", None),
        ("//evil.example", None),
        (None, None),
    ],
)
def test_addresses_are_absolute_or_none(url: str | None, expected: str | None) -> None:
    """A path of this server gets its host, an address of the web stays, anything else is dropped."""
    assert absolute(url, BASE) == expected


def test_json_ld_links_only_to_the_web() -> None:
    """An address from a feed that is none of the web is left out."""
    episode = replace(EPISODE, page_url="javascript:alert(1)", audio_url="data:text/html,x", licence="javascript:x")
    hostile = replace(
        CITATION,
        episode=replace(episode, show=replace(SHOW, page_url="javascript:alert(2)")),
        listen_url="data:text/html,x#t=46.0",
    )
    found = quotation(hostile, BASE)["isPartOf"]
    assert "url" not in found
    assert found["partOfEpisode"]["url"] == f"{BASE}/episodes/harbour-1-aaaa"
    assert found["partOfEpisode"]["license"] == {"@type": "CreativeWork", "name": "javascript:x"}
    assert "associatedMedia" not in found["partOfEpisode"]
    assert "url" not in found["partOfEpisode"]["partOfSeries"]


# --- foreign words stay words


@given(CITATIONS)
def test_markdown_holds_one_link_and_the_same_words(citation: Citation) -> None:
    """A parser of CommonMark finds the quote's words, and no markup but the block quote and the link that we wrote."""
    found = tokens(as_markdown(citation, BASE))
    assert {token.type for token in found} <= {
        "blockquote_open", "blockquote_close", "paragraph_open", "paragraph_close", "inline", "text", "text_special",
        "link_open", "link_close",
    }  # fmt: skip
    assert [token.attrs["href"] for token in found if token.type == "link_open"] == [ADDRESS]
    inlines = ["".join(item.content for item in token.children or ()) for token in found if token.type == "inline"]
    assert inlines[:-1] == shown(citation.quote).split("\n")
    assert inlines[-1] == source_of(citation)


@pytest.mark.parametrize(
    ("quote", "written"),
    [
        ("- no list", "\\- no list"),
        ("+ no list", "\\+ no list"),
        ("* no list", "\\* no list"),
        ("1986. A year", "1986\\. A year"),
        ("2) A choice", "2\\) A choice"),
        ("# no heading", "\\# no heading"),
        ("    no code", "no code"),
        ("GDS Podcast #35 at 12:30, £5 - Q&A!", "GDS Podcast #35 at 12:30, £5 - Q&A!"),
        ("&lt;b> is <b>", "\\&lt;b\\> is \\<b\\>"),
        ("See https://e.example, www.e.example", "See https\\://e.example, www\\.e.example"),
        ("[laughs] `x` *y* _z_", "\\[laughs\\] \\`x\\` \\*y\\* \\_z\\_"),
    ],
)
def test_markdown_escapes_what_would_be_markup_and_no_more(quote: str, written: str) -> None:
    """Ordinary sentences stay readable; what would begin a block, a link or an element is words."""
    assert as_markdown(replace(CITATION, quote=quote), BASE).splitlines()[0] == f"> {written}"
    token = next(token for token in tokens(f"> {written}") if token.type == "inline")
    assert "".join(item.content for item in token.children or ()) == quote.strip()


@given(CITATIONS)
def test_html_holds_our_elements_and_the_same_words(citation: Citation) -> None:
    """A parser of HTML finds the quote's words in paragraphs, and no element or attribute but ours."""
    page = Seen()
    page.feed(as_html(citation, BASE))
    page.close()
    assert not page.open
    paragraphs = shown(citation.quote).split("\n")
    assert [(element.name, element.attributes) for element in page.elements] == [
        ("figure", {}),
        ("blockquote", {"cite": ADDRESS}),
        *(("p", {}) for _ in paragraphs),
        ("figcaption", {}),
        ("a", {"href": ADDRESS}),
    ]
    assert [element.text for element in page.all("p")] == paragraphs
    assert page.all("figcaption")[0].text == source_of(citation)


@given(CITATIONS)
def test_json_ld_holds_the_same_words_and_ends_no_script(citation: Citation) -> None:
    """JSON gives the words back, and nothing in it could end or open an element of the page it stands in."""
    text = as_json_ld(citation, BASE)
    assert set(text).isdisjoint("<>&\u2028\u2029")
    assert json.loads(text)["text"] == shown(citation.quote)


@given(CITATIONS)
def test_text_has_the_source_and_the_address_on_their_own_lines(citation: Citation) -> None:
    """Whatever names hold, the last two lines are the source and the address, and nothing turns their direction."""
    lines = as_text(citation, BASE).split("\n")
    assert "\n".join(lines[:-2]) == f"“{shown(citation.quote)}”"
    assert lines[-1] == ADDRESS
    assert not set(lines[-2]) & set("\u202e\x00\x1b\u2028")


@given(st.text(max_size=40), st.sampled_from([as_markdown, as_html, as_text, as_json_ld]))
def test_every_form_can_be_sent(text: str, form: Any) -> None:
    """Any text at all, halves of surrogate pairs too, gives a form that is UTF-8."""
    broken = replace(CITATION, quote=f"{text}\ud800", speaker=f"{text}\udfff", role=text)
    assert form(broken, BASE).encode()
