"""Names that people type in lower case get their capitals from the library."""

from api.answer.evidence import NAME_SHARE
from api.knowledge_base import KnowledgeBase
from index.function_words import is_function_word
from index.sentences import WORD


def with_capitals(base: KnowledgeBase, text: str) -> str:
    """Return a text in which each word that the library mostly writes with a capital begins with one.

    A speaker's name counts too if nobody says it.
    """
    speakers = {word for name in base.generation.speakers() for word in WORD.findall(name.lower())}
    letters = base.generation.letters_of({found.group() for found in WORD.finditer(text)})

    def is_name(word: str) -> bool:
        capital, small = letters[word]
        return capital > NAME_SHARE * (capital + small) or (not small and word in speakers)

    def capitalised(word: str) -> str:
        return word[0].upper() + word[1:] if not is_function_word(word) and is_name(word) else word

    return WORD.sub(lambda found: capitalised(found.group()), text)
