import pytest

from ingest.reference.catalogue import find_show, known_episode, known_show, known_shows, show_named_in

HOST = "governmentdigitalservice.podbean.com"


@pytest.mark.parametrize(
    ("title", "urls"),
    [
        ("Government Digital Service Podcast", ()),
        (" gds podcast ", ()),
        (None, (f"https://{HOST}/feed.xml",)),
        ("Anything", (None, f"http://{HOST.upper()}:443/")),
    ],
)
def test_a_known_show_gives_itself_away_by_name_or_host(title, urls):
    """Its title in any case, or any of its addresses, is enough."""
    show = find_show(title, urls)
    assert show is not None
    assert show.id == "gds"


@pytest.mark.parametrize(
    ("title", "urls"),
    [
        (None, ()),
        ("", ("",)),
        ("The GDS Podcast review", ()),
        ("Tea show", ("https://podbean.com/", f"https://{HOST}.evil.example/", f"https://evil.example/{HOST}")),
    ],
)
def test_a_stranger_is_not_taken_for_a_known_show(title, urls):
    """A name inside a longer title, or the host inside another address, is not the show."""
    assert find_show(title, urls) is None


def test_a_text_names_a_known_show_in_any_case():
    """A page's head is searched for the names."""
    assert show_named_in("34 min\n\ngds podcast #35: Pay").id == "gds"
    assert show_named_in("Welcome to the tea show") is None


def test_a_known_episode_is_found_by_its_number():
    """Facts of GDS 35; nothing for numbers and shows that are not listed."""
    gds = known_show("gds")
    episode = known_episode(gds, 35)
    assert (episode.number, episode.published) == (35, "2021-10-28")
    assert "Kat Stevens" in episode.people
    assert [known_episode(gds, number) for number in (0, 40, None)] == [None, None, None]
    assert known_episode(None, 35) is None
    assert known_show("tea") is None


def test_numbers_of_the_catalogue_are_unique():
    """A number leads to one episode."""
    for show in known_shows():
        numbers = [episode.number for episode in show.episodes]
        assert len(numbers) == len(set(numbers))
