"""Labels and signs in the text of captions: whose words they open, and what is no label."""

import pytest

from ingest.captions.reader import read_caption_file
from tests.ingest.captions.made_captions import said, vtt

Turns = list[tuple[str | None, str]]


@pytest.mark.parametrize(
    "printed",
    [
        "jbrown",
        "Brown, Jo (Tea Board)",
        "Jo Brown, PhD",
        "JB (Jojo) Brown",
        "Jo Brown (she/her)",
        "@jobrown",
        "jo_brown2",
        "danu brown",
        "Audience member",
        "THE WITNESS",
        "JB",
        "Second speaker",
        "Jo Brown, Tea Board",
        "Ann Lee & Jo Brown",
        "Dr. Jo Brown",
        "Speaker #2",
        "SPEAKER_01",
        "Unknown Speaker",
        "iPhone von Jo",
        "Man in the audience",
        "van Dyk, Jo",
    ],
)
@pytest.mark.parametrize("sign", ["", ">> "])
def test_a_label_is_read_as_printed_whatever_its_shape(printed: str, sign: str) -> None:
    """In a file whose cues begin with labels, every label that comes back is a speaker."""
    who, other = f"{sign}{printed}:", f"{sign}Ann Lee:"
    texts = [f"{other} Good morning.", f"{who} Can you hear me?", f"{other} We can.", f"{who} Then I start."]
    assert said(vtt(*(text.replace("&", "&amp;") for text in texts))) == [
        ("Ann Lee", "Good morning."),
        (printed, "Can you hear me?"),
        ("Ann Lee", "We can."),
        (printed, "Then I start."),
    ]


@pytest.mark.parametrize("line", ["danu brown: Can you hear me?", "jb from leeds: Can you hear me?"])
def test_a_label_that_names_nobody_for_sure_closes_the_turn_before(line: str) -> None:
    """What opens like a label once, after a whole sentence, never gives its words to the speaker before."""
    texts = ["Ann Lee: Good morning.", "Jo Brown: Morning.", "Ann Lee: So we begin.", line, "Is it on?"]
    assert said(vtt(*texts))[3:] == [(None, f"{line} Is it on?")]
    assert read_caption_file(vtt(*texts).encode(), "x").unread_labels == (line.partition(":")[0],)


@pytest.mark.parametrize(
    "words",
    [
        "and one thing: never boil it.",
        "So remember: never boil it.",
        "I said to him: no.",
        "Note: it is hot.",
        "The rule: never boil it.",
        "It is 12:30 now.",
        "see https://tea.example: all of it",
        "What I mean: it is hot.",
    ],
)
def test_words_with_a_colon_stay_with_their_speaker(words: str) -> None:
    """A clause or a heading before a colon is speech, in a labelled file too."""
    texts = ["Ann Lee: Good morning.", "Jo Brown: Morning.", "Ann Lee: So we begin.", words]
    assert said(vtt(*texts))[2:] == [("Ann Lee", f"So we begin. {words}")]


@pytest.mark.parametrize(
    "first",
    [
        "Music: Blue Steam by The Urns",
        "Kettle Hour: a show on tea",
        "Previously: the old pot",
        "Blue Steam: by The Urns",
        "Chapter One: The pot",
        "Song: Blue Steam",
        "Ann Lee: Good morning.",
    ],
)
def test_one_colon_in_a_whole_file_names_nobody(first: str) -> None:
    """A file with one line that opens like a label has no labels; its words stay whole."""
    texts = [first, "Good morning and welcome.", "Thank you for having me.", "How did you begin?"]
    assert said(vtt(*texts)) == [(None, " ".join(texts))]


def test_a_title_before_labels_is_no_speaker() -> None:
    """Music credits in the first line of a labelled file are nobody's words."""
    texts = ["Music: Blue Steam by The Urns", "Ann Lee: Good morning.", "Jo Brown: Morning.", "Ann Lee: So."]
    assert said(vtt(*texts))[0] == (None, "Music: Blue Steam by The Urns")


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["[SPEAKER_00]: Hello.", "[SPEAKER_01]: Thanks."], [("SPEAKER_00", "Hello."), ("SPEAKER_01", "Thanks.")]),
        (["[Ann Lee] Hello.", "[Jo Brown] Thanks.", "So."], [("Ann Lee", "Hello."), ("Jo Brown", "Thanks. So.")]),
        (["(Ann Lee) Hello.", "(Jo Brown) Thanks.", "So."], [("Ann Lee", "Hello."), ("Jo Brown", "Thanks. So.")]),
        (
            ["(Ann Lee): Hello.", "Welcome.", "(Jo Brown): Thanks."],
            [("Ann Lee", "Hello. Welcome."), ("Jo Brown", "Thanks.")],
        ),
        (["[Ann]\nHello.", "[Jo]\nThanks.", "[Ann]\nSo."], [("Ann", "Hello."), ("Jo", "Thanks."), ("Ann", "So.")]),
        (["[Ann] Hello.", "[laughs] Well.", "[Jo] Yes."], [("Ann", "Hello. [laughs] Well."), ("Jo", "Yes.")]),
        (
            ["[Ann] Hello.", "[Music]", "Who?", "[Jo] Yes.", "[Ann] So."],
            [("Ann", "Hello."), (None, "Who?"), ("Jo", "Yes."), ("Ann", "So.")],
        ),
        (
            [">> [Ann Lee] Hello.", ">> [Jo Brown] Yes.", ">> [Ann Lee] So."],
            [("Ann Lee", "Hello."), ("Jo Brown", "Yes."), ("Ann Lee", "So.")],
        ),
        (
            ["[speaker 1] Hello.", "[speaker 2] Yes.", "[speaker 1] So."],
            [("speaker 1", "Hello."), ("speaker 2", "Yes."), ("speaker 1", "So.")],
        ),
        (["[Man] Hello.", "[Woman] Yes.", "[Man] So."], [("Man", "Hello."), ("Woman", "Yes."), ("Man", "So.")]),
        (
            ["(Ann) Hello.", "There.", "So.", "(Jo) Yes.", "It is.", "(Ann) Right.", "Then.", "We go."],
            [("Ann", "Hello. There. So."), ("Jo", "Yes. It is."), ("Ann", "Right. Then. We go.")],
        ),
    ],
)
def test_speakers_in_brackets(texts: list[str], expected: Turns) -> None:
    """Names in square or round brackets before the words, with a colon or without."""
    assert said(vtt(*texts)) == expected


@pytest.mark.parametrize(
    "mark",
    [
        "[laughs]",
        "(music)",
        "[Door Slams]",
        "[Phone Rings]",
        "(Whispering)",
        "[In Spanish]",
        "(softly)",
        "[Dog barks]",
        "[MUSIC PLAYING]",
        "(Sighs)",
        "[Applause]",
        "(speaking French)",
    ],
)
def test_sounds_and_remarks_in_brackets_are_no_speakers(mark: str) -> None:
    """However often they come back, and although words follow them."""
    texts = [f"{mark} Hello there.", "We begin.", f"{mark} It is tea.", "So it is.", f"{mark} Yes."]
    assert {speaker for speaker, _ in said(vtt(*texts))} == {None}


def test_one_remark_in_brackets_is_no_speaker() -> None:
    """ "(Tea Board)" at the start of a line, once, stays in the words."""
    assert said(vtt("It is the board.", "(Tea Board) is its name.", "So.")) == [
        (None, "It is the board. (Tea Board) is its name. So.")
    ]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (
            ["I brew tea. &gt;&gt; And I drink it.", "Daily. &gt;&gt; Yes."],
            ["I brew tea.", "And I drink it. Daily.", "Yes."],
        ),
        (["I brew tea >> and I drink it", "daily >> yes"], ["I brew tea", "and I drink it daily", "yes"]),
        ([">> Hi.>> Ho.", ">>So."], ["Hi.", "Ho.", "So."]),
        (["Hi!>>Ho >>So"], ["Hi!", "Ho", "So"]),
        ([">>> News. >> Yes. >>> More."], ["News.", "Yes.", "More."]),
        (["- Hi. - Ho.", "- So? – Yes!"], ["Hi.", "Ho.", "So?", "Yes!"]),
        (["– Hi there. – Ho."], ["Hi there.", "Ho."]),
        (["-Hi. -Ho."], ["Hi.", "Ho."]),
        (["It is - so to say - tea.", "And - well. - Yes."], ["It is - so to say - tea. And - well. - Yes."]),
        (["- and so it is"], ["- and so it is"]),
        ([">>Hi.", ">>Ho there."], ["Hi.", "Ho there."]),
        (["one >>", "two"], ["one", "two"]),
        (
            ["I wait.", "- Yes, yeah. - I mean, so.", "- Right. It is.", "- No. - Well - so it is."],
            ["I wait.", "Yes, yeah.", "I mean, so.", "Right. It is.", "No.", "Well - so it is."],
        ),
        (["Hi. >> Ann: Ho. >> Jo: So."], ["Hi.", "Ho.", "So."]),
    ],
)
def test_signs_inside_a_line_open_turns(texts: list[str], expected: list[str]) -> None:
    """Arrows anywhere; dashes behind a sentence in a line that begins with one; a dash in a clause is a dash."""
    assert [text for _, text in said(vtt(*texts))] == expected


def test_names_behind_signs_count_where_each_caption_begins_with_a_name() -> None:
    """ ">> MARA: … >> OTTO: …" names both, though Otto never begins a caption."""
    texts = [">> MARA: Good evening. >> OTTO: And to you.", ">> MARA: Shall we? >> OTTO: We shall."]
    names = [name for name, _ in said(vtt(*texts))]
    assert names == ["MARA", "OTTO", "MARA", "OTTO"]


@pytest.mark.parametrize(
    "texts", [[">>Hi."], [">>>Hi. >>Ho."], ["-Hi.\n-Ho."], [">>", ">>Ann:Hi"], ["[Ann]:Hi.", "[Jo]:Ho."]]
)
def test_signs_that_touch_their_words_lose_none(texts: list[str]) -> None:
    """Without a space behind the sign every word stays, and there are as many word times as words."""
    text = " ".join(text for _, text in said(vtt(*texts)))
    assert all(word in text for word in ("Hi", "Ho") if any(word in line for line in texts))


def test_a_title_in_the_first_caption_is_no_speaker() -> None:
    """A label that never returns, before words that are no sentence, is a title; one before a sentence is a name."""
    talk = ["Mara: Good evening.", "Otto: Thank you.", "Mara: Who taught you?", "Otto: One rule: never alone."]
    assert said(vtt("Harbour Talk: the small boat show", *talk))[0] == (None, "Harbour Talk: the small boat show")
    assert said(vtt("Ida Moss: Here they are.", *talk))[0] == ("Ida Moss", "Here they are.")
    wrapped = [f"{text[:-1]}" for text in talk]
    assert said(vtt("Ida Moss: Here they are", *wrapped))[0] == ("Ida Moss", "Here they are")


def test_names_in_lower_case_with_family_name_first_or_brackets_are_speakers() -> None:
    """ "moss, ida" is a name where it returns; "jmoss (Pier Board)" where every caption begins with one."""
    texts = ["Mara Finch: Good evening.", "to all.", "moss, ida: Evening.", "Mara Finch: Hello.", "moss, ida: So."]
    assert [name for name, _ in said(vtt(*texts))] == ["Mara Finch", "moss, ida", "Mara Finch", "moss, ida"]
    texts = ["Mara Finch: Good evening.", "jmoss (Pier Board): I came late.", "Mara Finch: No harm done."]
    assert [name for name, _ in said(vtt(*texts))] == ["Mara Finch", "jmoss (Pier Board)", "Mara Finch"]


def test_a_name_with_an_initial_before_brackets_is_one_label() -> None:
    """The brackets behind "Otto T." are no label of their own."""
    texts = ["Otto T. (crew): Good evening.", "Mara: Hello.", "Otto T. (crew): So."]
    assert [name for name, _ in said(vtt(*texts))] == ["Otto T. (crew)", "Mara", "Otto T. (crew)"]


@pytest.mark.parametrize("odd", ["Otto Reed - Pier.example", "milo | Pier Board"])
def test_any_label_that_returns_is_a_name_where_nearly_every_caption_has_one(odd: str) -> None:
    """A display name of any shape is a speaker, also if one caption of the meeting has no label."""
    texts = ["Mara Finch: Good evening.", f"{odd}: Evening.", "Mara Finch: Hello.", "Ida Moss: So."] * 3
    names = [name for name, _ in said(vtt(*texts, "and so on"))]
    assert names == ["Mara Finch", odd, "Mara Finch", "Ida Moss"] * 3


@pytest.mark.parametrize(
    "texts",
    [
        ["Mara: Are you there? Otto: I am.", "Otto: Shall we? Mara: We shall.", "Mara: Then go."],
        ["[SPEAKER_00]: Are you there? [SPEAKER_01]: I am.", "[SPEAKER_00]: Shall we?"],
        ["(Mara:) Are you there?", "(Otto:) I am.", "(Mara:) Shall we?"],
        ["王芳：你在吗？", "李明：我在。", "王芳：走吧。"],
    ],
)
def test_no_label_in_another_dress_leaves_words_to_the_speaker_before(texts: list[str]) -> None:
    """Labels of known people inside a line, boxed labels, colons inside brackets and colons without a space."""
    found = said(vtt(*texts))
    assert not any(":" in text or "：" in text for _, text in found)
    assert [name for name, _ in found][:3] in (["Mara", "Otto", "Mara"], ["SPEAKER_00", "SPEAKER_01", "SPEAKER_00"],
                                               ["王芳", "李明", "王芳"])  # fmt: skip


@pytest.mark.parametrize("clock", ["[00:00:{:02}] ", "(0:{:02}) ", "00:{:02} - ", "[0:{:02}.5]\n"])
def test_times_printed_in_the_text_are_no_words(clock: str) -> None:
    """A time before the words of most captions hides no label and is not said; a single one is somebody's words."""
    texts = ["Mara: Good evening.", "Otto: Hello.", "Mara: Shall we?"]
    found = said(vtt(*(f"{clock.format(place)}{text}" for place, text in enumerate(texts))))
    assert found == [("Mara", "Good evening."), ("Otto", "Hello."), ("Mara", "Shall we?")]
    assert said(vtt("10:30 is when we sail.", "Be there.", "Or not.")) == [
        (None, "10:30 is when we sail. Be there. Or not.")
    ]


def test_the_number_of_a_caller_closes_a_turn() -> None:
    """A phone number is a speaker where it returns; once, masked as it is, its words are nobody's."""
    texts = ["Mara: Good evening.", "+1 555-***-0199: Hello.", "Mara: Who is it?", "+15550100142: Me.", "Mara: So.",
             "+15550100142: Yes."]  # fmt: skip
    names = [name for name, _ in said(vtt(*texts))]
    assert names == ["Mara", None, "Mara", "+15550100142", "Mara", "+15550100142"]
