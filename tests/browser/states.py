"""Every page in every state it can be in."""

from typing import NamedTuple


class State(NamedTuple):
    """A page: its server (see `sites` in conftest.py), its path, and how its title begins.

    What stands in braces in a path is filled in by `address_of` there.
    """

    site: str
    path: str
    title: str = ""


STATES: dict[str, State] = {
    "ask": State("sample", "/", "Ask the podcast"),
    "answered": State("sample", "{answered}", "Answered: "),
    "second quote chosen": State("sample", "/?q=How+did+you+tell+people+about+the+move%3F#quote-2", "Answered: "),
    "touched on": State("sample", "{partial}", "Touched on: "),
    "not answered": State("sample", "{unanswerable}", "Not answered: "),
    "not answered where one looked": State("sample", "/?q=boats&since=2030-01-01", "Not answered: boats"),
    "followed up": State("sample", "{answered}&after=What+did+the+office+do%3F", "Answered: "),
    "asked on": State("sample", "{answered}&after=Where%3F&cited=&after=Why%3F&cited={cited}", "Answered: "),
    "unknown filters": State("sample", "/?q=boats&speaker=Tobi&show=harbor&episode=99", "Error: boats"),
    "filtered": State("sample", "/?q=boats&speaker=Tobias&since=2020-01-01&k=3"),
    "thanked": State("sample", "{answered}&thanks=yes", "Answered: "),
    "no question": State("sample", "/?q=", "Error: "),
    "faulty question": State("sample", "/?q=x&since=never&until=x", "Error: x"),
    "odd number": State("sample", "/?q=x&k=none", "Error: x"),
    "odd parameter": State("sample", "/episodes?page=none", "There is a problem"),
    "search": State("sample", "/search", "Search"),
    "hits": State("sample", "/search?q=rehearsal&k=6", "2 passages: rehearsal"),
    "hits by pages": State("sample", "/search?q=rehearsal&k=1&page=2", "2 passages (page 2 of 2): rehearsal"),
    "nothing about it": State("sample", "/search?q=volcano", "0 passages: volcano"),
    "no hits": State("sample", "/search?q=boats&since=2030-01-01", "0 passages: boats"),
    "faulty search": State("sample", "/search?q=x&since=never", "Error: x"),
    "check a quote": State("sample", "/verify", "Check a quote"),
    "said word for word": State("sample", "/verify?q=the+first+rehearsal+took+19+hours", "Said word for word: "),
    "nearly said": State(
        "sample", "/verify?q=the+first+rehearsal+took+twenty+hours+and+the+last+four&speaker=Mina", "Nearly said: "
    ),
    "nobody said": State("sample", "/verify?q=penguins+inspect+the+printing+press", "Nobody said this: "),
    "faulty quote": State("sample", "/verify?q=x", "Error: Check a quote"),
    "start": State("sample", "/start", "Start here"),
    "topics": State("sample", "/topics", "Topics"),
    "episodes": State("sample", "/episodes", "Episodes"),
    "some episodes": State("sample", "/episodes?person=Mina+Calder&q=quiet", "Episodes about quiet"),
    "no such episodes": State("sample", "/episodes?q=zebra", "Episodes about zebra"),
    "episode": State("sample", "{episode}"),
    "episode at a time": State("sample", "{episode}?t=100"),
    "episode at a turn": State("sample", "{episode}#turn-5"),
    "words in an episode": State("sample", "{episode}?find=the", "Rehearsing the data move: the"),
    "hits in an episode": State("sample", "{episode}?q=boats"),
    "about an episode": State("sample", "{episode}/about", "About "),
    "quote": State("sample", "{quote}", "Quote from "),
    "embedded quote": State("sample", "{embed}"),
    "lessons": State("sample", "/lessons", "Lessons"),
    "no such lessons": State("sample", "/lessons?theme=zebra", "Lessons"),
    "lesson": State("sample", "{lesson}"),
    "report of lessons": State("sample", "/lessons/report", "All lessons"),
    "review of lessons": State("sample", "/lessons/review", "Review lessons"),
    "people": State("sample", "/people", "People"),
    "person": State("sample", "/people/tobias-renn", "Tobias Renn"),
    "terms": State("sample", "/terms", "Terms"),
    "no such person": State("sample", "/people/none", "Page not found"),
    "no such term": State("sample", "/terms/none", "Page not found"),
    "interface": State("sample", "/docs", "HTTP interface"),
    "nothing here": State("sample", "/nowhere", "Page not found"),
    "no such quote": State("sample", "/quotes/none", "Page not found"),
    "no such episode": State("sample", "/episodes/none", "Page not found"),
    "changed quote": State("edited", "/quotes/{changed}", "Quote from Tobias Renn"),
    "changed embedded quote": State("edited", "/embed/{changed}", "Tobias Renn in "),
    "withdrawn quote": State("edited", "/quotes/{withdrawn}", "This is no longer"),
    "withdrawn embedded quote": State("edited", "/embed/{withdrawn}", "Quote"),
    "differing episode": State("edited", "/episodes/{differing}", "Rehearsing the data move"),
    "estimated episode": State("edited", "/episodes/{estimated}?t=60", "The quiet Tuesday"),
    "untimed episode": State("edited", "/episodes/{untimed}", "What it cost"),
    "waiting episode": State("edited", "/episodes/{waiting}", "To come"),
    "about a differing episode": State("edited", "/episodes/{differing}/about", "About "),
    "about a waiting episode": State("edited", "/episodes/{waiting}/about", "About "),
    "episodes of all kinds": State("edited", "/episodes", "Episodes"),
    "empty library": State("empty", "/", "Ask the podcast"),
    "question to an empty library": State("empty", "/?q=boats", "Sorry, the service is not ready"),
    "search of an empty library": State("empty", "/search", "Search"),
    "start of an empty library": State("empty", "/start", "Start here"),
    "topics of an empty library": State("empty", "/topics", "Topics"),
    "episodes of an empty library": State("empty", "/episodes", "Episodes"),
    "plain ask": State("plain", "/", "Ask the podcast"),
    "plain answer": State("plain", "/?q=What+did+the+first+rehearsal+take%3F"),
    "plain faults": State("plain", "/?q=x&since=never", "Error: x"),
    "plain search": State("plain", "/search?q=rehearsal&k=3"),
    "plain episodes": State("plain", "/episodes", "Episodes"),
    "plain episode": State("plain", "/episodes/{differing}", "Rehearsing the data move"),
    "plain about": State("plain", "/episodes/{differing}/about", "About "),
    "plain quote": State("plain", "/quotes/{changed}", "Quote from Tobias Renn"),
    "plain embedded quote": State("plain", "/embed/{changed}", "Tobias Renn in "),
    "plain error": State("plain", "/nowhere", "Page not found"),
}
# One of each kind, for what takes long.
MAIN = ("ask", "answered", "faulty question", "hits", "episodes", "episode", "quote", "plain episode")
EMBEDDED = tuple(name for name in STATES if "embedded" in name)
