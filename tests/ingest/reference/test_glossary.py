from ingest.reference.glossary import expansions, glossary, spelled_out


def test_short_forms_are_found_in_any_case_as_whole_words() -> None:
    """People type "sre"; "presre" is another word."""
    assert expansions("what does an sre do?") == ("site reliability engineering",)
    assert expansions("the presre rota") == ()


def test_what_is_spelled_out_has_its_short_form() -> None:
    """A passage may hold the short form only."""
    assert "SRE" in expansions("Who practises site reliability engineering?")


def test_short_forms_of_two_letters_need_their_case() -> None:
    """Two letters are too many other words' letters."""
    two = next(entry for entry in glossary() if len(entry.term) == 2 and entry.expansion)
    assert two.expansion in expansions(f"about {two.term} now")
    assert two.expansion not in expansions(f"about {two.term.lower()} now")


def test_only_short_forms_the_library_lacks_are_spelled_out() -> None:
    """A form that the podcast uses is left as it was asked."""
    assert spelled_out("What is an SRE?", lambda term: False) == "What is an site reliability engineering?"
    assert spelled_out("What is an SRE?", lambda term: True) == "What is an SRE?"
