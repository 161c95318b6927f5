"""Who asks in an episode: the hosts, as their turns tell; what they say is seldom what answers a question."""

from collections import Counter

from ingest.transcript import Transcript

# An asker ends so great a share of the episode's turns that end in a question,
_LEAST_SHARE = 0.3
# and says less than so great a share of its words: one who speaks alone answers their own questions.
_MOST_WORDS = 0.5


def askers(transcript: Transcript) -> frozenset[str]:
    """Return the labels of the people who ask in an episode; none where nobody asks."""
    asked: Counter[str] = Counter()
    words: Counter[str] = Counter()
    for turn in transcript.turns:
        if turn.speaker:
            asked[turn.speaker] += turn.text.rstrip("\"'”’)] ").endswith("?")
            words[turn.speaker] += len(turn.words)
    questions, said = asked.total(), words.total()
    return frozenset(
        speaker
        for speaker, count in asked.items()
        if count and count >= _LEAST_SHARE * questions and words[speaker] < _MOST_WORDS * said
    )
