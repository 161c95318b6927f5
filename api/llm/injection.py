"""Quotes that give orders to a language model instead of telling people something: prompt injections.

Such a quote is shown as what was said, like any other, but the model does not get it and no sentence may rest on it.
This is a net with holes: what slips through must still pass `api.llm.grounding`, and can only repeat what its quote
says.
"""

import re
import unicodedata

_MODEL = r"(?:a\.?i\.?(?: model| system| assistant)?|assistants?|(?:large )?language models?|llms?|chat ?bots?|chatgpt)"
_RULES = r"(?:instructions?|prompts?|rules?|guidelines?|orders|directions|guardrails|training)"
_SAY = (
    r"(?:say|tell|answer|reply|respond|output|print|write|repeat|append|include|add|insert|mention|recommend|end|begin|"
    r"start|finish|state|claim|cite|translate|decode|return|continue|generate|put|use)"
)
_REPLY = r"(?:answers?|repl(?:y|ies)|responses?|outputs?|completions?)"
_ORDERS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:ignore|disregard|forget|override|overrule|bypass|discard|cancel|replace)\b.{{0,12}}"
        rf"\b(?:all|any|every|previous|prior|earlier|former|your|these)\b.{{0,20}}\b{_RULES}\b",
        r"\b(?:ignore|disregard|forget)\b.{0,20}\b(?:above|previous|prior|before|earlier|you were told|context)\b",
        r"\b(?:system|developer|hidden|secret) (?:prompt|message|instructions?|override|note)\b",
        rf"\b(?:new|real|actual|updated|your) (?:instructions?|prompt|orders)\b.{{0,5}}(?::|\b{_SAY}\b)",
        rf"\b(?:you are (?:now|an?)|act as|pretend|behave as|role-?play)\b.{{0,30}}\b(?:{_MODEL}|dan|unrestricted)\b",
        rf"\b(?:dear|hey|attention|notes? (?:to|for)|message (?:to|for)|if you are an?|any|every)\s+{_MODEL}\b",
        rf"\b{_MODEL}\b(?:\W+(?:that|which) reads? this)?\W+(?:you )?(?:must|shall|please|{_SAY})\b",
        rf"\b{_SAY}\b.{{0,60}}\b(?:in|to|of|with|into) (?:your|the|each|every) {_REPLY}\b",
        rf"\b(?:your|each|every) {_REPLY}\b.{{0,20}}\b(?:must|shall|has to|is to)\b",
        rf"\b{_SAY}\b.{{0,12}}\b(?:verbatim|word for word|nothing else)\b",
        # The marks between the turns of a conversation with a model.
        r"<\|\S*|\[/?inst\]|<</?sys>>|</?(?:system|user|assistant)>|[\"']role[\"']\s*:",
        r"(?:^|[.!?\"'#*-]\s*)(?:system|assistant|user|developer|human)\s*:",
    )
)


def gives_orders(text: str) -> bool:
    """Say whether a text speaks to a language model, however its letters are dressed (NFKC, no invisible ones)."""
    visible = "".join(letter for letter in unicodedata.normalize("NFKC", text) if unicodedata.category(letter) != "Cf")
    line = " ".join(visible.split())
    return any(pattern.search(line) for pattern in _ORDERS)
