"""Layouts of other publishers and languages: markers, conversations, escaped pages, remarks beside labels."""

import html

import pytest

from ingest.shownotes.parse import OfficialText, parse_notes
from tests.growth import LINEAR, growth

SAID = [
    ("Ann Lee", "Good morning and welcome to the kettle hour, a show on tea."),
    ("Jo Brown", "Thank you for having me, it is a pleasure to be here."),
    ("Ann Lee", "Tell us, how did you begin to brew in the first place?"),
    ("Jo Brown", "With a pot of my aunt, in a kitchen by the sea."),
]
ALONE = (
    "Good evening. Tonight I will tell you of the pot that my aunt gave me. "
    "It stood in a kitchen by the sea, and I never saw it empty. "
)


def _turns(text: OfficialText) -> list[tuple[str | None, str]]:
    return [(turn.speaker, turn.text) for turn in text.turns]


@pytest.mark.parametrize(
    ("marker", "said"),
    [
        (
            "Transkript zur Folge 4:",
            [("ANNA", "Guten Tag."), ("JO", "Ich bin da."), ("ANNA", "Was trinken wir?")],
        ),
        (
            "TRANSCRIPCIÓN DEL EPISODIO",
            [("ANA", "Bienvenidos al programa del té."), ("EVA", "Un placer."), ("ANA", "¿Cómo empezaste tú?")],
        ),
        ("Transcrição", [("ANA", "Bom dia a todos."), ("EVA", "É um prazer."), ("ANA", "Como é que você começou?")]),
        ("Расшифровка", [("АННА", "Доброе утро."), ("ПЁТР", "Я рад быть здесь."), ("АННА", "Что вы пьёте?")]),
    ],
)
def test_a_marker_in_another_language(marker: str, said: list[tuple[str, str]]) -> None:
    """What stands before it is the description, though it looks like labels, and a short talk is read."""
    head = "Ein Topf und seine Folgen.\n\nSchnitt: Kit Pell"

    found = parse_notes(f"{head}\n\n{marker}\n\n" + "\n\n".join(f"{name}: {text}" for name, text in said))

    assert _turns(found) == said
    assert found.description == head.replace("\n\n", "\n")


@pytest.mark.parametrize(
    "said",
    [
        [
            ("Анна Ли", "Доброе утро, сегодня мы говорим о чае."),
            ("Пётр Сомов", "Спасибо, что вы меня пригласили."),
            ("Анна Ли", "Как вы начали его варить?"),
            ("Пётр Сомов", "Мне дала чайник моя тётя."),
        ],
        [
            ("田中", "おはようございます。今日はお茶の話をしましょう。"),
            ("佐藤花子", "お招きありがとうございます。"),
            ("田中", "どうやって始めたのですか。"),
            ("佐藤花子", "叔母が急須をくれました。"),
            ("田中", "なるほど、そうでしたか。"),
        ],
        [
            ("王芳", "大家好，欢迎收听我们的节目。"),
            ("李明", "谢谢你邀请我来。"),
            ("王芳", "你是怎么开始泡茶的？"),
            ("李明", "我的阿姨给了我一个茶壶。"),
            ("王芳", "真的吗？"),
        ],
    ],
)
def test_a_conversation_in_another_script(said: list[tuple[str, str]]) -> None:
    """Without a marker too: people ask, thank and speak of themselves; the colon may be a wide one."""
    colon = ": " if said[0][0].isascii() or "А" <= said[0][0][0] <= "я" else "："

    assert _turns(parse_notes("\n\n".join(f"{name}{colon}{text}" for name, text in said))) == said


def test_a_numbered_list_keeps_its_numbers() -> None:
    """Where there is no transcript, all lines of the notes are as printed."""
    notes = "\n".join(f"{number}. Warm pot {number} with care." for number in range(1, 9))

    assert parse_notes(notes).description == notes


def test_one_person_needs_no_label() -> None:
    """Below a heading, much text in sentences that speaks in person is somebody's, whoever it is."""
    text = "\n\n".join([ALONE.strip()] * 5)

    found = parse_notes(f"<p>On pots.</p><h2>Transcript</h2><p>{text.replace(chr(10) * 2, '</p><p>')}</p>")

    assert {speaker for speaker, _ in _turns(found)} == {None}
    assert " ".join(found.turns[0].text.split()) == " ".join(text.split())
    assert found.description == "On pots."
    assert not found.marked  # so that what is heard wins if it says something else


@pytest.mark.parametrize(
    "text",
    [
        "<p>" + "The board has a new chair. She begins in May, and the firm has moved to Leeds. " * 14 + "</p>",
        "<p>" + ALONE * 2 + "</p>",
        "".join(f'<p><a href="https://k.example/{n}">{ALONE}</a></p>' for n in range(6)),
        "".join(f"<p>I love pot number {n}</p>" for n in range(60)),
    ],
)
def test_what_is_about_the_show_is_not_its_transcript(text: str) -> None:
    """News in nobody's voice, a short text, links, and lines without sentences below a heading are no speech."""
    assert parse_notes(f"<h2>Transcript</h2>{text}").turns == ()


def test_a_sentence_about_a_transcript_is_no_marker() -> None:
    """It says in any language where the transcript is, and what follows it speaks for the show."""
    notes = "\n\n".join(
        ["Das Transkript findet ihr auf unserer Website.", *["Wir danken euch. Ich freue mich sehr."] * 30]
    )

    assert parse_notes(notes).turns == ()


def test_one_person_in_a_language_whose_words_mean_something_else_in_another() -> None:
    """Portuguese "já" and "nas" are no pronouns, as they are in Czech and Polish."""
    told = "A chaleira já está à venda nas lojas da cidade, e o preço desceu muito desde maio. " * 9

    assert parse_notes(f"<h2>Transcrição</h2><p>{told}</p>").turns == ()


@pytest.mark.parametrize("times", [1, 2])
def test_html_that_was_escaped_twice(times: int) -> None:
    """Where all of a text is escaped HTML its tags are no words; HTML that people write about stays text."""
    page = "<h2>Transcript</h2>" + "".join(f"<p><strong>{name}:</strong> {text}</p>" for name, text in SAID)
    notes = html.escape(page, quote=False) if times == 2 else page

    assert _turns(parse_notes(notes)) == SAID
    about = "<p>Ann Lee: Write &lt;/p&gt;, then &lt;/p&gt; and &lt;/p&gt;.</p><p>Jo Brown: Thank you, Ann.</p>"
    assert parse_notes(f"<h2>Transcript</h2>{about}").turns[0].text == "Write </p>, then </p> and </p>."


def test_a_remark_in_brackets_before_a_label_hides_it_not() -> None:
    """ "[Archive] Jo Brown: …" is said by Jo Brown, and by nobody else."""
    notes = "Transcript\n\n" + "\n\n".join(f"{name}: {text}" for name, text in SAID)

    found = parse_notes(notes.replace("Jo Brown: With", "[Archive] Jo Brown: With"))

    assert _turns(found) == [*SAID[:-1], ("Jo Brown [Archive]", SAID[-1][1])]
    assert found.aliases["Jo Brown [Archive]"] == "Jo Brown"


@pytest.mark.parametrize("sign", ["*", "_"])
def test_a_time_in_emphasis_beside_a_label(sign: str) -> None:
    """Markdown may print the time of a turn in italics."""
    notes = "## Transcript\n\n" + "\n\n".join(
        f"**{name}** {sign}(00:0{n}:07){sign}\n{text}" for n, (name, text) in enumerate(SAID)
    )

    found = parse_notes(notes)

    assert _turns(found) == SAID
    assert [turn.start for turn in found.turns] == [7.0, 67.0, 127.0, 187.0]


def test_a_surname_for_a_full_label_is_an_alias() -> None:
    """As radio prints it: the whole name once, with the part, then the surname alone."""
    notes = "Transcript\n\nANN LEE, HOST:\n\nGood morning and welcome to the show.\n\nLEE: Jo Brown joins us now.\n\n"
    notes += (
        "JO BROWN: Thank you.\n\nLEE: How did you begin?\n\nBROWN: With a pot, by the sea.\n\nLEE: I see. Thank you."
    )

    found = parse_notes(notes)

    assert [turn.speaker for turn in found.turns] == ["ANN LEE, HOST", "LEE", "JO BROWN", "LEE", "BROWN", "LEE"]
    assert found.aliases["LEE"] == found.aliases["ANN LEE, HOST"] == "ANN LEE"
    assert found.aliases["BROWN"] == found.aliases["JO BROWN"] == "Jo Brown"  # as the host introduces him


@pytest.mark.parametrize(
    "part", ["[/a][/b]", "[ab cd=ef]", "[ab ", "Transkript ", "&lt;/p&gt;", "私：はい。", "[a] B: c "]
)
def test_hostile_repetition_of_these_signs(part: str) -> None:
    """They are read in proportion to their number."""
    assert growth(lambda size: parse_notes(part * size), 300) < LINEAR
