"""A quote as a square picture: all its words, whoever they are from, and no markup of a stranger's."""

import io
from dataclasses import replace
from xml.etree.ElementTree import fromstring

import pytest
from PIL import Image

from api.clips import card
from api.clips.card import SIDE, card_png, card_svg, has_card, has_png
from api.episodes.transcripts import open_transcript
from api.errors import NoClip
from api.quotes.citation import Citation, citation_of
from api.quotes.quote import quote_at

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def citation(served_home) -> Citation:
    return citation_of(quote_at(open_transcript(served_home, "harbour-1-aaaa"), 11, 30))


def lines_of(svg: str) -> list[str]:
    return [line.text or "" for line in fromstring(svg).iter(f"{SVG}text")]


def test_the_svg_has_all_words_and_where_they_are_from(citation):
    """The quote in quotation marks, then speaker, episode, show with date, and address; all inside the square."""
    svg = card_svg(citation, "https://q.example")
    lines = lines_of(svg)
    assert " ".join(lines).startswith(f"“{' '.join(citation.quote.split())}” Tobias Renn Moving the records ")
    assert lines[-2:] == ["The Harbour Podcast · 28 October 2021", f"q.example/quotes/{citation.id}"]
    for line in fromstring(svg).iter(f"{SVG}text"):
        assert 0 < float(line.get("x")) + float(line.get("textLength")) <= SIDE - 80
        assert 0 < float(line.get("y")) < SIDE


def test_the_png_is_the_same_square(citation):
    """A picture with dark letters on white, on which nothing is drawn in the margin on the right."""
    image = Image.open(io.BytesIO(card_png(citation, None)))
    assert image.size == (SIDE, SIDE)
    darkest, lightest = image.crop((90, 90, SIDE - 90, 400)).convert("L").getextrema()
    assert darkest < 20
    assert lightest == 255
    assert image.crop((SIDE - 80, 0, SIDE, SIDE)).getcolors() == [(80 * SIDE, (255, 255, 255))]


def test_a_picture_is_offered_where_there_is_one(citation):
    """Not of more words than a quote has, such as those of a long lesson."""
    assert has_card(citation)
    long = replace(citation, quote="boat " * 81)
    assert not has_card(long)
    assert not has_png(long)
    with pytest.raises(NoClip):
        card_svg(long, None)


def test_words_of_strangers_are_only_words(citation):
    """Markup, quotation marks, control characters, endless names: the SVG is well-formed and has no other element."""
    nasty = '</text><script>alert(1)</script> & "x" \x07 ' + "w" * 400
    svg = card_svg(replace(citation, quote=nasty, speaker="<b>" * 200, role="&" * 500), "https://q.example")
    assert {element.tag for element in fromstring(svg).iter()} == {
        f"{SVG}{name}" for name in ("svg", "title", "rect", "text")
    }
    assert Image.open(io.BytesIO(card_png(replace(citation, quote=nasty.replace("\x07", "")), None))).size == (
        SIDE,
        SIDE,
    )


@pytest.mark.parametrize(
    ("quote", "says"),
    [
        ("word " * 81, "at most 80 words"),
        ("w" * 5000, "1000 letters"),
        ("M" * 999, "too long"),
        ("日本語です。", "use svg"),
    ],
)
def test_what_does_not_fit_a_picture_is_said(citation, quote, says):
    """Too many words, too many letters, and letters that the font lacks, which stay text in SVG."""
    with pytest.raises(NoClip, match=says):
        card_png(replace(citation, quote=quote), None)
    if says == "use svg":
        assert "日本語です。" in card_svg(replace(citation, quote=quote), None)


@pytest.fixture
def plain_font(monkeypatch):
    """Only Pillow's own font, as where no other is installed."""
    monkeypatch.setattr(card, "_FONTS", ())
    card._font.cache_clear()
    yield
    card._font.cache_clear()


@pytest.mark.parametrize(
    ("quote", "is_drawn", "most"),
    [
        ("日本語です。" * 20, False, 17),
        ("שלום לכולם וברוכים הבאים", False, 60),
        ("नमस्ते सभी को", False, 60),
        ("Мы переехали за одну ночь.", False, 60),
        ("A plain quote.", True, 60),
    ],
)
def test_other_scripts_are_text_in_svg_alone(citation, plain_font, quote, is_drawn, most):
    """Where a letter cannot be drawn, no PNG is offered, and SVG does not say how wide letters are."""
    other = replace(citation, quote=quote)
    assert has_png(other) == is_drawn
    lines = list(fromstring(card_svg(other, None)).iter(f"{SVG}text"))
    said = [line for line in lines if (line.text or "").strip("“”") in quote]
    assert {line.get("textLength") is not None for line in said} == {is_drawn}
    assert max(len(line.text or "") for line in said) <= most


def test_a_font_of_the_machine_is_used(citation):
    """With DejaVu or another one, accents, pounds and Cyrillic are drawn; Hebrew, which runs the other way, is not."""
    if card._font(30).getname()[0].startswith("Aileron"):
        pytest.skip("no other font is installed")
    assert has_png(replace(citation, quote="Café – for £5, naïve. Мы переехали."))
    with pytest.raises(NoClip, match="use svg"):
        card_png(replace(citation, quote="שלום לכולם"), None)
