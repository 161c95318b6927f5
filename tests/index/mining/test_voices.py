"""Who speaks is counted under their full name, and a role has the whole sentence that states it."""

from collections.abc import Callable
from dataclasses import replace

from index.mined.episode import Span, Voice
from index.mining.voices import find_voices
from index.sentences import sentences_of
from ingest.speakers.roles import find_roles
from ingest.text.words import normalise
from ingest.transcript import Transcript
from tests.growth import LINEAR, growth

MakeTranscript = Callable[..., Transcript]


def voices(transcript: Transcript, askers: frozenset[str] = frozenset()) -> dict[str, Voice]:
    transcript = replace(transcript, roles=find_roles(transcript.turns, transcript.aliases))
    return {one.name: one for one in find_voices(transcript, sentences_of(transcript), askers)}


def words_of(transcript: Transcript, span: Span) -> str:
    words = [word for turn in transcript.turns for word in normalise(turn.text)]
    return " ".join(words[span.first_word : span.first_word + span.words])


def test_labels_of_one_person_are_one_voice(transcript_of: MakeTranscript) -> None:
    """The words of every label count, in the order in which people first speak."""
    transcript = transcript_of(
        "a-1-aaaa",
        ("Bo Reed", "How was the crossing then?"),
        ("Ada", "It was a rough one."),
        ("Ada Moor", "But we came home."),
        aliases={"Ada": "Ada Moor"},
    )
    found = voices(transcript, frozenset({"Bo Reed"}))
    assert [*found] == ["Bo Reed", "Ada Moor"]
    assert found["Ada Moor"] == Voice("Ada Moor", ("Ada", "Ada Moor"), 9, False)
    assert (found["Bo Reed"].words, found["Bo Reed"].asks) == (5, True)


def test_a_part_in_the_conversation_is_nobody(transcript_of: MakeTranscript) -> None:
    """ "Host" and "Speaker 2" are other people in the next episode; who has no label is nobody either."""
    labels = ("Host", "Speaker 2", None, "Unidentified Speaker", "Audience Member", "Man in the audience")
    transcript = transcript_of("a-1-aaaa", *((label, "Good morning to all.") for label in labels))
    assert voices(transcript) == {}


def test_a_role_has_its_whole_sentence(transcript_of: MakeTranscript) -> None:
    """It is counted in the words of the episode, without marks."""
    transcript = transcript_of(
        "a-1-aaaa",
        ("Bo Reed", "[music] Welcome back to the show."),
        ("Ada Moor", "Hello there. I'm Ada Moor, and I'm a harbour engineer at Tideline. It is cold."),
    )
    ada = voices(transcript)["Ada Moor"]
    assert ada.role == "harbour engineer at Tideline"
    assert ada.stated is not None
    assert words_of(transcript, ada.stated) == "i m ada moor and i m a harbour engineer at tideline"
    assert ada.introduced == ada.stated


def test_the_host_introduces(transcript_of: MakeTranscript) -> None:
    """Where people do not say who they are, the sentence of somebody else tells; in two where the first only names."""
    transcript = transcript_of(
        "a-1-aaaa",
        ("Bo Reed", "Today we have Ada Moor with us, a pilot from Tideline. How are you today?"),
        ("Ada Moor", "Very well, and glad of the sun."),
    )
    ada = voices(transcript)["Ada Moor"]
    assert (ada.role, ada.stated) == (None, None)
    assert ada.introduced is not None
    assert words_of(transcript, ada.introduced) == "today we have ada moor with us a pilot from tideline"


def test_what_is_no_introduction_is_none(transcript_of: MakeTranscript) -> None:
    """A name alone, a greeting and what somebody thinks say nothing of who they are."""
    transcript = transcript_of(
        "a-1-aaaa",
        ("Bo Reed", "Thanks, Ada Moor. Is the pier open?"),
        ("Ada Moor", "I think the pier is open. I'm a big fan of piers."),
    )
    assert voices(transcript)["Ada Moor"].introduced is None


def test_many_people_cost_what_their_number_does(transcript_of: MakeTranscript) -> None:
    """However many labels an episode has, each of its sentences is not read for each of them."""

    def work(size: int) -> object:
        turns = [(f"Ada M{number}", "I was at the pier. " + "It rained. " * 30) for number in range(size)]
        transcript = transcript_of("a-1-aaaa", *turns)
        return find_voices(transcript, sentences_of(transcript), frozenset())

    assert growth(work, 60) < LINEAR
