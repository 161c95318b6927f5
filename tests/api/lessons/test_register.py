"""The register: what is mined and what people decided, neither over the other."""

from pathlib import Path

import pytest

from api.errors import LessonUnknown, WordsChanged
from api.knowledge_base import KnowledgeBase
from api.lessons.alike import alike, on_the_same_matter
from api.lessons.chosen import LessonQuery, chosen, facets_of
from api.lessons.contract_json import lesson_json
from api.lessons.decide import decide
from api.lessons.register import Entry, Register, register_of
from ingest.errors import DecisionError
from ingest.library.decisions import Proposed, decision_of, read_decisions
from ingest.library.removal import remove_episode
from tests.api.lessons.scripted import publish, reword, save

SUPPLIER = "The old platform lost its supplier, so nobody mended security holes any more."
MONTHS = "Moving away took nineteen months and two rehearsals."
COUNCIL = "The harbour council paid for the lighthouse database from its winter budget."


def saying(register: Register, text: str) -> Entry:
    """The entry whose first quote is this text."""
    return next(one for one in register.entries if [c.quote for c in register.citations(one)][:1] == [text])


def act(base: KnowledgeBase, entry: Entry, action: str, value: str | None = None) -> Entry:
    """Decide about the words as they are today."""
    read = now(base).read_as(entry)
    return decide(base.home, base.generation, read, decision_of(action, read, "Ann Ash", value))


def now(base: KnowledgeBase) -> Register:
    return register_of(base.home, base.generation)


def test_a_proposal_shows_where_it_was_said(register: Register) -> None:
    """The quote is verbatim, its id is the lesson's, and the best come first."""
    entry = saying(register, MONTHS)
    (citation,) = register.citations(entry)
    assert citation.id == entry.id
    assert (entry.state, entry.speaker, entry.show, entry.year) == ("proposed", "Tobias Renn", "harbour", "2021")
    assert (entry.themes, entry.changed, entry.notes) == (("rehearsals",), False, ())
    scores = [one.score for one in register.entries]
    assert scores == sorted(scores, reverse=True)


def test_what_people_say_stands_beside_what_was_mined(told: KnowledgeBase, register: Register) -> None:
    """State, title, tags and notes are theirs; kind and score stay the miner's; accepted lessons come first."""
    entry = saying(register, MONTHS)
    for action, value in (("accept", None), ("retitle", "It took long"), ("tag", "time"), ("note", "Ask again.")):
        act(told, entry, action, value)
    found = now(told).entries[0]
    assert (found.id, found.state, found.title, found.themes) == (
        entry.id,
        "accepted",
        "It took long",
        ("time", "rehearsals"),
    )
    assert (found.kind, found.score) == (entry.kind, entry.score)
    assert [(note.text, note.by) for note in found.notes] == [("Ask again.", "Ann Ash")]
    assert len(now(told).entries) == len(register.entries)
    act(told, entry, "tag", "Rehearsals")
    assert now(told).entry(entry.id).themes == ("time", "Rehearsals")
    act(told, entry, "untag", "REHEARSALS")
    act(told, entry, "untag", "Time")
    assert now(told).entry(entry.id).themes == ("rehearsals",)


def test_lines_keep_what_was_mined(told: KnowledgeBase, register: Register) -> None:
    """Not the title and tags of people; another miner's proposal for the words leaves the title that people knew."""
    entry = saying(register, MONTHS)
    for action, value in (("retitle", "It took long"), ("tag", "time"), ("accept", None)):
        act(told, entry, action, value)
    base = publish(told.home, length=30)
    decide(base.home, base.generation, entry.id, decision_of("note", entry.id, "Ann", "Later."))
    mined = Proposed(entry.kind, entry.title, entry.score, ("rehearsals",))
    *lines, last = [one.proposed for one in read_decisions(told.home)]
    assert lines == [mined] * 3
    assert last is not None
    assert (last.title, last.terms) == (entry.title, ("platform", "rehearsals"))


def test_what_holds_is_not_stored_again(told: KnowledgeBase, register: Register) -> None:
    """Reloading a form leaves one line."""
    entry = saying(register, MONTHS)
    for _ in range(3):
        act(told, entry, "accept")
        act(told, entry, "tag", "time")
    assert [one.action for one in read_decisions(told.home)] == ["accept", "tag"]


def test_what_the_miner_no_longer_proposes_stays(told: KnowledgeBase, register: Register) -> None:
    """Accepted, rejected and retitled lessons outlast the miner with kind and title; what was only proposed goes."""
    kept = saying(register, COUNCIL)
    act(told, kept, "accept")
    act(told, saying(register, MONTHS), "tag", "time")
    base = publish(told.home, length=30)  # no turn has so many sentences: whole turns are proposed
    found = now(base).entry(kept.id)
    assert (found.state, found.kind, found.title) == ("accepted", kept.kind, kept.title)
    assert [one.quote for one in now(base).citations(found)] == [COUNCIL]
    assert now(base).entry(saying(register, MONTHS).id).tags == ("time",)
    with pytest.raises(LessonUnknown):
        now(base).entry(saying(register, SUPPLIER).id)


def test_a_proposal_with_mostly_the_same_words_is_the_decided_one(told: KnowledgeBase, register: Register) -> None:
    """It is not proposed again under another id, and its own id leads to the decided lesson."""
    entry = saying(register, SUPPLIER)
    act(told, entry, "reject")
    base = publish(told.home, length=2)  # now proposed together with the sentence after or before it
    proposals = [one for one in now(base).entries if one.state == "proposed"]
    assert not [one for one in proposals if any("supplier" in c.quote for c in now(base).citations(one))]
    assert now(base).entry(entry.id).state == "rejected"


def test_changed_words_are_marked_until_somebody_looks(told: KnowledgeBase, register: Register) -> None:
    """An edited transcript carries the decision over; accepting the new words takes the mark away."""
    entry = act(told, saying(register, MONTHS), "accept")
    reword(told.home, "harbour-1-aaaa", lambda text: text.replace("nineteen", "eighteen"))
    for base in (told, publish(told.home)):
        found = now(base).entry(entry.id)
        (citation,) = now(base).citations(found)
        assert (found.state, found.changed) == ("accepted", True)
        assert citation.quote == MONTHS.replace("nineteen", "eighteen")
        assert not [one for one in now(base).entries if one.id != entry.id and "eighteen" in one.title]
    assert not act(base, found, "accept").changed
    assert [one.action for one in read_decisions(told.home)] == ["accept", "accept"]


def test_changed_words_of_a_proposal_are_marked_until_somebody_judges_them(
    told: KnowledgeBase, register: Register
) -> None:
    """Although the index is older than the edit; a tag is no judgement."""
    entry = saying(register, MONTHS)
    assert lesson_json(now(told), entry)["changed"] is False
    reword(told.home, "harbour-1-aaaa", lambda text: text.replace("nineteen", "eighteen"))
    assert lesson_json(now(told), now(told).entry(entry.id))["changed"] is True
    other = saying(register, COUNCIL)
    assert lesson_json(now(told), now(told).entry(other.id))["changed"] is False
    assert act(told, entry, "tag", "time").changed
    assert not act(told, entry, "accept").changed


def test_moved_words_are_not_changed(told: KnowledgeBase, register: Register) -> None:
    """A sentence before it moves every word, and nothing is marked."""
    entry = act(told, saying(register, COUNCIL), "accept")
    reword(told.home, "harbour-1-aaaa", lambda text: f"A few more words here. {text}")
    base = publish(told.home)
    found = now(base).entry(entry.id)
    assert (found.changed, [one.quote for one in now(base).citations(found)]) == (False, [COUNCIL])


def test_words_that_are_gone_withdraw_the_lesson(told: KnowledgeBase, register: Register) -> None:
    """It stays in the register with the reason, and nothing more can be decided about it."""
    entry = act(told, saying(register, COUNCIL), "accept")
    reword(told.home, "harbour-1-aaaa", lambda text: "Nothing of it." if "council" in text else text)
    found = now(told).entry(entry.id)
    assert (found.state, now(told).citations(found), found.title) == ("withdrawn", [], entry.title)
    assert "not in today's" in (found.reason or "")
    with pytest.raises(DecisionError, match="the lesson is withdrawn"):
        act(told, found, "reject")


@pytest.mark.parametrize("name", ["transcript.json", "episode.json"])
def test_an_unreadable_file_costs_only_the_lessons_of_its_episode(
    told: KnowledgeBase, register: Register, name: str
) -> None:
    """Decided ones are withdrawn with the reason, all others are still read."""
    entry = act(told, saying(register, COUNCIL), "accept")
    (told.home / "library" / "episodes" / entry.episode_id / name).write_text("{")
    found = now(told).entry(entry.id)
    assert (found.state, found.title, now(told).citations(found)) == ("withdrawn", entry.title, [])
    assert found.reason == "the files of its episode cannot be read"
    for one in now(told).entries:
        now(told).question(one)
        assert bool(now(told).citations(one)) == (one.episode_id != entry.episode_id)


@pytest.mark.parametrize("purge", [False, True])
def test_a_removed_episode_withdraws_its_lessons(told: KnowledgeBase, register: Register, purge: bool) -> None:
    """With the reason of the removal; a purge also takes title and notes. Proposals of it are gone at once."""
    entry = act(told, saying(register, COUNCIL), "accept")
    act(told, entry, "note", "About the budget.")
    remove_episode(told.home, "harbour-1-aaaa", "the guest asked", purge)
    for base in (told, publish(told.home)):
        found = now(base).entry(entry.id)
        assert (found.state, now(base).citations(found)) == ("withdrawn", [])
        assert (found.reason or "").endswith("the guest asked")
        assert found.title == ("Withdrawn lesson" if purge else entry.title)
        assert [note.text for note in found.notes] == ([] if purge else ["About the budget."])
        assert {one.episode_id for one in now(base).entries if one.id != entry.id} & {"harbour-1-aaaa"} == set()


def test_merged_lessons_show_all_their_quotes(told: KnowledgeBase, register: Register) -> None:
    """Under the first, which is found by every id; taking one back makes it a lesson of its own again."""
    first, second, third = (saying(register, text) for text in (MONTHS, COUNCIL, SUPPLIER))
    act(told, second, "merge", third.id)
    found = act(told, first, "merge", second.id)
    assert [one.quote for one in now(told).citations(found)] == [MONTHS, SUPPLIER, COUNCIL]
    assert now(told).entry(third.id) is now(told).entry(first.id)
    assert len(now(told).entries) == len(register.entries) - 2
    with pytest.raises(DecisionError, match="cannot be merged with itself"):
        act(told, first, "merge", third.id)
    decide(told.home, told.generation, third.id, decision_of("propose", third.id, "Ann"))
    assert [one.quote for one in now(told).citations(now(told).entry(first.id))] == [MONTHS, COUNCIL]
    assert saying(now(told), SUPPLIER).state == "proposed"


def test_a_long_lesson_is_several_quotes_and_one_decision(tmp_path: Path) -> None:
    """The quotes follow one another, none is too long; an edited end withdraws nothing and is marked."""
    long = [f"In week {week} we moved the records of pier {week} and counted all of them twice." for week in range(8)]
    save(tmp_path, "a-1-aaaa", [("Ada", "How long did it take you?"), ("Bo", " ".join(long))])
    base = publish(tmp_path, length=8)
    (entry,) = (one for one in now(base).entries if one.speaker == "Bo")
    quotes = now(base).citations(entry)
    assert [len(one.quote.split()) for one in quotes] == [80, 48]
    assert " ".join(one.quote for one in quotes) == " ".join(long)
    assert [(one.id, one.quote) for one in now(base).whole(entry)] == [(entry.id, " ".join(long))]
    assert now(base).citations_of_each(entry) == [quotes]
    assert now(base).entry(quotes[0].id).id == now(base).read_as(entry) == entry.id
    with pytest.raises(LessonUnknown):
        now(base).entry(quotes[1].id)
    with pytest.raises(WordsChanged, match=f"read and decide {entry.id}$"):  # who read one quote has not read all
        decide(base.home, base.generation, quotes[0].id, decision_of("accept", quotes[0].id, "Ann Ash"))
    decided = decide(base.home, base.generation, entry.id, decision_of("accept", entry.id, "Ann Ash"))
    assert (decided.id, decided.state, decided.changed) == (entry.id, "accepted", False)
    reword(tmp_path, "a-1-aaaa", lambda text: text.replace("In week 7", "In week 17"))
    kept = now(base).entry(entry.id)
    assert (kept.state, kept.changed) == ("accepted", True)
    assert [one.quote.split()[2] for one in now(base).citations(kept)] == ["0", "5"]
    today = lesson_json(now(base), kept)["read_as"]
    assert today != entry.id
    assert decide(base.home, base.generation, today, decision_of("accept", today, "Ann Ash")).changed is False
    base.generation.close()


def test_two_doors_know_the_same_at_once(told: KnowledgeBase, register: Register) -> None:
    """What another process wrote is seen by the next reader, although the register is kept in memory."""
    from dataclasses import replace

    from ingest.library.decisions import append_decision

    entry = saying(register, MONTHS)
    append_decision(told.home, "harbour", replace(decision_of("reject", entry.id, "Bo"), words=MONTHS))
    assert now(told).entry(entry.id).state == "rejected"


def test_unknown_lessons_are_refused(told: KnowledgeBase, register: Register) -> None:
    """An id of no lesson, of another form, or of a quote that nobody proposes."""
    for identifier in ("", "nothing", "harbour-1-aaaa.0.5.0123456789", "../x"):
        with pytest.raises(LessonUnknown, match="no lesson"):
            register.entry(identifier)
    with pytest.raises(LessonUnknown):
        act(told, register.entries[0], "merge", "harbour-1-aaaa.0.5.0123456789")
    with pytest.raises(DecisionError, match="nobody gave this lesson"):
        act(told, saying(register, MONTHS), "untag", "rehearsals")
    assert read_decisions(told.home) == []


def test_facets_count_what_the_others_leave(told: KnowledgeBase, register: Register) -> None:
    """Any value of a facet, but every facet; rejected lessons are shown only if they are asked for."""
    act(told, saying(register, MONTHS), "reject")
    entries = now(told).entries
    usual = chosen(entries, LessonQuery())
    assert {one.state for one in usual} == {"proposed"}
    query = LessonQuery({"person": ("tobias",), "theme": ("COUNCIL", "platform")})
    assert {one.themes for one in chosen(entries, query)} == {("council",), ("platform",)}
    facets = {facet.name: facet for facet in facets_of(entries, query)}
    people = {choice.label: choice.count for choice in facets["person"].choices if choice.count}
    assert people == {"Tobias Renn": 2}
    assert [choice.value for choice in facets["theme"].choices if choice.is_chosen] == ["council", "platform"]
    states = next(facet for facet in facets_of(entries, LessonQuery()) if facet.name == "state")
    assert {choice.value: choice.count for choice in states.choices}["rejected"] == 1
    assert [one.state for one in chosen(entries, LessonQuery({"state": ("rejected",)}))] == ["rejected"]


def test_the_same_said_elsewhere_is_alike(tmp_path: Path) -> None:
    """Across episodes only, and not what people rejected."""
    said = "Rehearse the move twice before you touch the real data."
    save(
        tmp_path,
        "harbour-1-aaaa",
        [("Ann", "Why did it work?"), ("Bo", f"{said} Boats are quite another matter here.")],
    )
    save(tmp_path, "harbour-2-bbbb", [("Ann", "Why did it fail?"), ("Cy", f"We did not do it. {said}")])
    base = publish(tmp_path)
    entry = next(one for one in now(base).entries if "Rehearse" in one.title and one.speaker == "Bo")
    ((other,), none) = alike(now(base), [entry, *(one for one in now(base).entries if "Boats" in one.title)])
    assert none == []
    assert (other.speaker, other.episode_id) == ("Cy", "harbour-2-bbbb")
    act(base, other, "reject")
    assert alike(now(base), [entry]) == [[]]


def test_others_on_the_same_matter_are_other_people_in_other_episodes(tmp_path: Path) -> None:
    """They share a term or much of their words, and may disagree; not who says nearly the same."""
    rest = "rehearsals before you move the harbour data."
    said = [
        ("harbour-1-aaaa", "Bo", f"Always hold two slow {rest}"),
        ("harbour-2-bbbb", "Cy", f"Never bother with slow costly {rest}"),
        ("harbour-3-cccc", "Bo", f"Never bother about slow costly {rest}"),
        ("harbour-4-dddd", "Di", "Boats are quite another matter than anything that we had."),
    ]
    for identifier, who, text in said:
        save(tmp_path, identifier, [("Ann", "What did you learn?"), (who, text)])
    base = publish(tmp_path)
    by_episode = {entry.episode_id: entry for entry in now(base).entries}
    mine, same, own, far = (by_episode[identifier] for identifier, _, _ in said)
    found = on_the_same_matter(now(base), [mine, same, own, far])
    assert [[one.id for one in others] for others in found] == [[same.id], [mine.id], [], []]
    assert alike(now(base), [same, mine]) == [[own], []]
    act(base, same, "reject")
    assert on_the_same_matter(now(base), [mine]) == [[]]
