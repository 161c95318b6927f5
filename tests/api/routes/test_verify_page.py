"""The page that checks a quote: word for word, nearly with the differences marked, or the nearest three."""

from starlette.testclient import TestClient

from tests.api.markup import seen

SAID = "The harbour council paid for the lighthouse database"


def test_without_a_text_there_is_the_form(client: TestClient, empty: TestClient) -> None:
    """The form needs no script; an empty library says what to do."""
    page = seen(client.get("/verify"))
    assert [field.attributes["name"] for field in (*page.all("textarea"), *page.all("input"))] == ["q", "speaker"]
    assert page.all("form")[0].attributes["method"] == "get"
    assert "playback ingest SOURCE" in seen(empty.get("/verify")).all("main")[0].text


def test_verbatim_words_are_confirmed(client: TestClient) -> None:
    """With who said them, and a link to the quote."""
    page = seen(client.get("/verify", params={"q": SAID.upper(), "speaker": "tobias"}))
    assert page.all("title")[0].text == "Said word for word: Check a quote – Playback"
    assert "Tobias Renn" in page.all("article")[0].text
    assert page.all("textarea")[0].text == SAID.upper()
    (address,) = {link.attributes["href"] for link in page.all("a") if link.text.startswith("Open quote")}
    assert client.get(str(address)).status_code == 200


def test_differences_are_marked(client: TestClient) -> None:
    """What was not said is struck out, what was said instead is underlined, and screen readers hear which is which."""
    page = seen(client.get("/verify", params={"q": SAID.replace("lighthouse", "ferry") + " then", "speaker": "Mina"}))
    assert page.all("title")[0].text.startswith("Nearly said: ")
    assert [one.text.strip() for one in page.all("del")] == ["not said: ferry", "not said: then"]
    assert [one.text.strip() for one in page.all("ins")] == ["said: lighthouse", "said: from"]
    assert "It was not Mina who said it, but Tobias Renn." in page.all("main")[0].text


def test_right_words_of_somebody_else_are_said_to_be_theirs(client: TestClient) -> None:
    """Nothing is struck out where only the name is wrong."""
    page = seen(client.get("/verify", params={"q": SAID, "speaker": "Mina"}))
    assert page.all("title")[0].text.startswith("Said word for word, by somebody else: ")
    assert not page.all("del")


def test_joined_words_are_listed(client: TestClient) -> None:
    """A text from several places has each place and each difference."""
    joined = "the harbour council paid for the lighthouse database Moving away took nineteen months and two rehearsals"
    page = seen(client.get("/verify", params={"q": joined}))
    assert page.all("title")[0].text.startswith("Nearly said: ")
    assert len(page.all("article")) == 2
    assert page.all("del")


def test_a_miss_shows_the_nearest(client: TestClient) -> None:
    """At most three quotes, and a way to search."""
    page = seen(client.get("/verify", params={"q": "some council once bought a database for its lamps"}))
    assert page.all("title")[0].text.startswith("Nobody said this: ")
    assert 1 <= len(page.all("article")) <= 3
    assert "council paid for the lighthouse database" in page.all("article")[0].text


def test_a_text_out_of_bounds_is_shown_again(client: TestClient) -> None:
    """With the reason at the field and in the summary."""
    page = seen(client.get("/verify", params={"q": "two words"}), 422)
    assert page.all("title")[0].text.startswith("Error: ")
    assert page.all("textarea")[0].text == "two words"
    assert "3 to 400" in page.of_class("govuk-error-summary")[0].text
