"""Notes are a transcript only if they are a conversation: lists with names that people publish, and talks that pass."""

import pytest

from ingest.shownotes.parse import LIST_WITH_NAMES, parse_notes

LISTS = {
    "credits with roles": "Host: Ann Lee\nProducer: Jo Brown\nEditor: Kit Pell\nMusic: Blue Steam\nArt: Urnworks",
    "credits in sentences": (
        "Host: Ann Lee. She runs the Tea Board.\nGuest: Jo Brown. He makes pots by the sea.\n"
        "Producer: Kit Pell. Kit also cuts the tape.\nMusic: Blue Steam. It is by The Urns."
    ),
    "credits on lines of their own": (
        "Executive Producers:\n\nAnn Lee\n\nJo Brown\n\nArt By:\n\nKit Pell\n\nMusic:\n\nThe Urns"
    ),
    "guests with biographies": (
        "<p><b>Ann Lee:</b> Ann is a brewer in Leeds. She wrote two books on water.</p>"
        "<p><b>Jo Brown:</b> Jo makes pots. His shop won a prize in 2019.</p>"
        "<p><b>Kit Pell:</b> Kit paints kettles. They live by the sea.</p>"
    ),
    "biographies in the first person": (
        "Ann Lee: I am a brewer in Leeds, and I wrote two books on water.\n"
        "Jo Brown: I make pots in a shop by the sea.\nKit Pell: I paint kettles."
    ),
    "picks with who picked": (
        "Ann Lee: The Kettle Book. A lovely read.\nJo Brown: A clay pot. It keeps warm.\n"
        "Kit Pell: Green leaf. Try it cold."
    ),
    "two rounds of picks": (
        "Ann Lee: The Kettle Book.\nJo Brown: A clay pot.\nAnn Lee: The film Steam.\nJo Brown: The song Urn.\n"
        "Ann Lee: A spoon.\nJo Brown: A mat."
    ),
    "picks in the first person": (
        "Ann Lee: I love The Kettle Book.\nJo Brown: My pick is a clay pot.\nAnn Lee: I also like the film Steam."
    ),
    "frequent questions": (
        "Q: How do I subscribe?\nA: You can subscribe on our page, under the button.\n"
        "Q: Can I get a mug?\nA: Yes, our shop sells them to you at cost.\n"
        "Q: Where do you record?\nA: We record in a shed by the sea.\nQ: May I visit?\nA: Please write to us first."
    ),
    "chapters with times": (
        "00:00 Intro\n02:10 Ann Lee: The first pot\n10:45 Jo Brown: Clay\n22:05 Ann Lee: Water\n31:00 Outro"
    ),
    "chapters with times in brackets": (
        "(00:00) Ann Lee: How to warm a pot\n(03:10) Jo Brown: Why clay\n(09:30) Ann Lee: On water\n"
        "(15:00) Jo Brown: What next?\n(20:00) Ann Lee: Goodbye"
    ),
    "a recipe": (
        "Water: Boil one litre. Let it rest.\nLeaf: Take two spoons. Do not press them.\n"
        "Time: Wait three minutes. Stir once.\n"
        "Milk: Add last. Keep it cold."
    ),
    "a price list": "Green Leaf: £5. Free post.\nBlack Leaf: £4. Free post.\nClay Pot: £30. We post on Mondays.",
    "a schedule of speakers": (
        "09:00 Ann Lee: Opening\n10:00 Jo Brown: The pot. A history.\n11:00 Kit Pell: Water. A talk with slides.\n"
        "12:00 Ann Lee: Questions"
    ),
    "reviews with names": (
        "Ann Lee: I love this show. Five stars from me!\nJo Brown: You made my week. Thank you!\n"
        "Kit Pell: My favourite tea show. Never stop!"
    ),
    "quotes about the show": (
        "“I laughed.” – Ann Lee, Tea Times\n“We cried.” – Jo Brown, Pot Post\n“My kettle and I danced.” – Kit Pell"
    ),
    "a news digest with bold names": (
        "<p><b>Leaf Board</b></p><p>The board has a new chair. She begins in May.</p><p><b>Garden Guide</b></p>"
        "<p>The guide is out. It costs ten pounds.</p><p><b>Green Kettle</b></p>"
        "<p>The firm has moved. It is in Leeds.</p>"
    ),
    "a news digest by subject": (
        "Politics: The board met on Monday. It voted.\nSports: Leeds won the cup. Nobody saw it.\n"
        "Politics: The vote was void. They meet again.\nWeather: Rain. Then more rain.\n"
        "Sports: The cup is lost. It was tin."
    ),
    "dramatis personae": (
        "Ann Lee: the innkeeper, a brewer of sixty.\nJo Brown: a sailor. He has lost his ship.\n"
        "Kit Pell: a ghost. It only speaks to Ann Lee."
    ),
    "the cast of a game": "Ann Lee as Sir Steam\nJo Brown as The Urn\nGame Master: Kit Pell\nSound: Max Ash",
    "links by kind": (
        "Book: Ada Pell, The Leaf. How to pick it. https://a.example\nBook: Jo Brown, The Pot. https://b.example\n"
        "Article: Kit Pell, On Water. https://c.example\nBook: Ann Lee, Steam. https://d.example"
    ),
    "links to people": (
        "<p>Ann Lee: <a href='https://a.example'>@annlee</a></p>"
        "<p>Jo Brown: <a href='https://b.example'>@jobrown</a></p>"
        "<p>Ann Lee: <a href='https://c.example'>Her book on the leaf.</a></p>"
        "<p>Jo Brown: <a href='https://d.example'>His shop by the sea.</a></p>"
    ),
    "where to follow": (
        "Follow Ann: https://a.example/ann\nFollow Jo: https://a.example/jo\nTwitter: @kettlehour\n"
        "Website: kettle.example"
    ),
    "calls to act": (
        "Support Us: You can help us with a coin. We thank you.\nWrite To Us: Tell us what you think. We read it all.\n"
        "Join Us: Our club meets in May. Bring your own mug."
    ),
    "sponsors": (
        "Leaf Box: Get ten percent off your first box. Use the code KETTLE.\n"
        "Pot Club: Join today and we will send you a mug. You will love it.\n"
        "Urn Bank: Save for your own urn. Terms apply."
    ),
    "thanks to patrons": "Patrons:\nAnn Lee\nJo Brown\nKit Pell\nMax Ash\nThank You:\nAll of you. You keep us warm.",
    "a glossary": "Leaf: What you brew. Also a page.\nPot: What you brew in. Often clay.\nUrn: A large pot. It hums.",
    "a quiz": (
        "Question 1: Which leaf is white?\nQuestion 2: Who made the first urn?\nQuestion 3: How hot is hot?\n"
        "Answers: Silver needle. Nobody knows. You tell us."
    ),
    "sections of notes": (
        "<h3>About Ann Lee</h3><p>Ann is a brewer. You can find her in Leeds.</p><h3>About Jo Brown</h3>"
        "<p>Jo makes pots. We love them.</p><h3>About Our Show</h3><p>We talk of tea. Thank you for your ears.</p>"
    ),
    "results of a match": (
        "Ann Lee: 3. Jo Brown: 2.\nKit Pell: 1. Max Ash: 0.\nAnn Lee: 4. Kit Pell: 4.\nJo Brown: 2. Max Ash: 1."
    ),
    "books of the year by person": (
        "<p><strong>Ann Lee</strong></p><p>The Leaf, by Ada Pell. A long walk in a garden.</p>"
        "<p><strong>Jo Brown</strong></p><p>The Pot, by Max Ash. It is out in May.</p>"
        "<p><strong>Kit Pell</strong></p><p>On Water, by Ann Lee. Her best.</p>"
    ),
    "an agenda": "Welcome: Ann Lee\nMinutes: Jo Brown\nThe Urn: Kit Pell will report. We vote.\nAny Other: All.",
    "a list in German": (
        "Moderation: Anna Lehmann. Sie leitet den Teeladen.\nGast: Jens Braun. Er macht Kannen.\n"
        "Musik: Die Urnen. Das Lied heißt Dampf.\nSchnitt: Kim Pell. Aus Kiel."
    ),
    "a list in French": (
        "Animation: Anne Lefèvre. Elle dirige la maison du thé.\nInvité: Jean Brun. Il fait des pots.\n"
        "Musique: Les Urnes. Le titre est Vapeur."
    ),
}


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("people", [(), ("Ann Lee", "Jo Brown", "Kit Pell")])
def test_a_list_with_names_is_no_transcript(name: str, people: tuple[str, ...]) -> None:
    """Whatever the labels, nobody is quoted; that the feed knows the people does not change it."""
    found = parse_notes(LISTS[name], people)

    assert found.turns == ()
    assert set(found.problems) <= {LIST_WITH_NAMES}


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(
    "before",
    [
        "Ann talks to Jo.\n<p><a href='https://kettle.example/t'>Transcript</a></p>",
        "[Full transcript](https://k.example/t)",
    ],
)
def test_the_text_of_a_link_does_not_make_a_list_a_transcript(name: str, before: str) -> None:
    """A link called "Transcript" leads to one elsewhere; the list below it stays a list."""
    assert parse_notes(f"{before}\n\n{LISTS[name]}").turns == ()


@pytest.mark.parametrize(
    "name", [name for name in LISTS if name.startswith(("credits", "links", "guests", "chapters", "a news", "a price"))]
)
def test_a_list_after_a_bare_heading_is_no_transcript(name: str) -> None:
    """ "Transcript" alone on its line may be a link that lost its markup."""
    assert parse_notes(f"Ann talks to Jo.\n\nTranscript\n\n{LISTS[name]}").turns == ()


def test_the_outcome_says_so_where_labels_were_refused() -> None:
    """Refused labels are told in one line; notes without labels say nothing."""
    assert parse_notes(LISTS["credits in sentences"]).problems == (LIST_WITH_NAMES,)
    assert parse_notes(LISTS["guests with biographies"]).problems == (LIST_WITH_NAMES,)
    assert parse_notes("We talk of tea today, and of the sea.\n\nSee you next week.").problems == ()


TALKS = {
    "an introduction and thanks": (
        "Ann Lee: Good day, this is the tea hour. I am Ann Lee.\nJo Brown: Thanks, Ann.",
        ["Ann Lee", "Jo Brown"],
    ),
    "two turns each": (
        "Ann Lee: Welcome to the kettle hour.\nJo Brown: Thank you for having me.\nAnn Lee: How did you begin?\n"
        "Jo Brown: With a pot of my aunt.",
        ["Ann Lee", "Jo Brown", "Ann Lee", "Jo Brown"],
    ),
    "first names": (
        "Ann: Hello, and welcome.\nJo: Hi, Ann.\nAnn: So how did you begin?\nJo: I had a pot.\nAnn: And your aunt?\n"
        "Jo: She had two.",
        ["Ann", "Jo", "Ann", "Jo", "Ann", "Jo"],
    ),
    "questions and answers of an interview": (
        "Q: How did you begin to brew?\nA: I began with a pot of my aunt. I was six.\nQ: And then?\n"
        "A: Then I went to sea, and I made tea for forty men.\nQ: Were you happy?\nA: I was. My hands were warm.",
        ["Q", "A"] * 3,
    ),
    "parts": (
        "Interviewer: What do you see from your window?\nSpeaker 1: I see the sea and my boat.\n"
        "Interviewer: Is it yours?\nSpeaker 1: It is, and I row it myself.\nInterviewer: Thank you.\nSpeaker 1: Bye.",
        ["Interviewer", "Speaker 1"] * 3,
    ),
    "a question from somebody who speaks once": (
        "Ann Lee: Welcome back to us all. Who has a question?\nKit Pell: I do. Is clay better?\n"
        "Jo Brown: I think it is, if you warm it.\nAnn Lee: Do you warm yours?\n"
        "Jo Brown: Always. My aunt taught me.\nAnn Lee: Thank you.",
        ["Ann Lee", "Kit Pell", "Jo Brown", "Ann Lee", "Jo Brown", "Ann Lee"],
    ),
    "in German": (
        "Anna Lehmann: Hallo und willkommen bei uns.\nJens Braun: Danke, ich freue mich.\n"
        "Anna Lehmann: Wie hast du angefangen?\nJens Braun: Ich hatte eine Kanne von meiner Tante.",
        ["Anna Lehmann", "Jens Braun"] * 2,
    ),
    "in a language that no list knows": (
        "\n".join(
            f"{name}: {text}"
            for name, text in zip(
                ["Jan Kos", "Eva Malá"] * 7,
                [
                    "Kdy začala ta práce s čajem?",
                    "Začala dávno, ještě v malé dílně.",
                    "Co bylo nejtěžší na začátku?",
                    "Voda. Dobrá voda byla daleko.",
                    "Jak dlouho trvá jedna konvice?",
                    "Někdy den, někdy celý týden.",
                    "Kolik konvic stojí v dílně?",
                    "Teď jich stojí v dílně sto.",
                    "Kam putuje ta největší z nich?",
                    "Do hotelu na konci ulice.",
                    "Bude i druhá dílna ve městě?",
                    "Bude, možná už příští rok.",
                    "Kde bude ta nová dílna stát?",
                    "Blízko řeky, tam je voda.",
                ],
                strict=True,
            )
        ),
        ["Jan Kos", "Eva Malá"] * 7,
    ),
}


@pytest.mark.parametrize("name", TALKS)
def test_a_conversation_without_a_marker_is_a_transcript(name: str) -> None:
    """Names that come back, people who ask, greet and say I or you: every turn is read, and the text is unmarked."""
    notes, speakers = TALKS[name]

    found = parse_notes(notes)

    assert [turn.speaker for turn in found.turns] == speakers
    assert not found.marked
    assert found.problems == ()


@pytest.mark.parametrize("name", TALKS)
@pytest.mark.parametrize("marker", ["Transcript\n\n", "<h2>Full transcript</h2>", "The transcript follows:\n"])
def test_a_marked_conversation_is_marked(name: str, marker: str) -> None:
    """Markers of both strengths leave the same turns, and say that the text is one."""
    notes, speakers = TALKS[name]

    found = parse_notes(marker + notes)

    assert ([turn.speaker for turn in found.turns], found.marked) == (speakers, True)


def test_a_monologue_under_a_name_that_is_printed_again_and_again_is_a_transcript() -> None:
    """One person who speaks long and in person needs nobody to answer."""
    said = (
        "I went down to the sea, and I took my pot with me, as I do every day. You know how it is: the water is cold, "
    )
    notes = "\n\n".join(f"**Ann Lee:** {said}and I thought of number {number}, for you." for number in range(5))

    assert len(parse_notes(notes).turns) == 5


def test_a_document_that_is_called_a_transcript_needs_no_exchange() -> None:
    """A linked transcript of one person, or of people who do not answer each other, is read; a list is not."""
    solo = "Ann Lee: The leaf is picked by hand. It is dried for a day. It is rolled, and then it rests."

    assert parse_notes(solo).turns == ()
    assert [turn.speaker for turn in parse_notes(solo, stated=True).turns] == ["Ann Lee"]
    assert parse_notes(solo, stated=True).marked
    assert parse_notes(LISTS["links by kind"], stated=True).turns == ()
    assert parse_notes(LISTS["credits in sentences"], stated=True).turns == ()


def test_the_transcript_after_a_link_of_that_name_is_found() -> None:
    """The first marker may be a link; the text after the second is read."""
    notes = (
        "<p><a href='https://k.example/t'>Transcript</a></p><p>Host: Ann Lee. She brews.</p>"
        f"<h2>Transcript</h2><p>{'</p><p>'.join(TALKS['two turns each'][0].splitlines())}</p>"
    )

    assert [turn.speaker for turn in parse_notes(notes).turns] == ["Ann Lee", "Jo Brown", "Ann Lee", "Jo Brown"]
