"""Lines in brackets that announce a clip, and lines of speech that only begin or end with brackets."""

from ingest.shownotes.parse import parse_notes

HEAD = "The transcript of the episode follows:\n\n"


def test_a_line_of_speech_that_speaks_of_clips_keeps_its_label() -> None:
    """A label in brackets, a time in brackets and a sound somewhere in the line do not make the line a clip."""
    found = parse_notes(
        f"{HEAD}[Mara Lindqvist] [00:00] The audio clip made me laugh [laughing]\n"
        "[Tom Okafor] [00:05] I heard it too.\n[Mara Lindqvist] [00:09] Again?\n[Tom Okafor] [00:12] Again."
    )

    assert [(turn.speaker, turn.start) for turn in found.turns] == [
        ("Mara Lindqvist", 0.0),
        ("Tom Okafor", 5.0),
        ("Mara Lindqvist", 9.0),
        ("Tom Okafor", 12.0),
    ]


def test_bold_names_with_times_below_a_heading_are_labels() -> None:
    """Each is printed once because of its time; still it heads no section."""
    talk = "\n\n".join(
        f"**{name} 0{minute}:10**\n\nI say what I think of lamp number {minute}, and what do you say?"
        for minute, name in enumerate(["Mara Lindqvist", "Tom Okafor"] * 3)
    )

    found = parse_notes(f"# Lamps\n\n## Winter\n\n{talk}\n\n## Summer\n\nWe go on.")

    assert [turn.speaker for turn in found.turns] == ["Mara Lindqvist", "Tom Okafor"] * 3
    assert [turn.start for turn in found.turns] == [10.0, 70.0, 130.0, 190.0, 250.0, 310.0]
