"""Detect prompt injections: quotes that give orders to a language model.

Readers still see such a quote, but it is not sent to the model and supports no sentence. The detection is not complete:
what it misses must still pass `api.llm.grounding`, which can only repeat what the quote says.
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
        # Markers that separate the turns of a conversation with a model.
        r"<\|\S*|\[/?inst\]|<</?sys>>|</?(?:system|user|assistant)>|[\"']role[\"']\s*:",
        r"(?:^|[.!?\"'#*-]\s*)(?:system|assistant|user|developer|human)\s*:",
    )
)


def gives_orders(text: str) -> bool:
    """Say whether a text addresses a language model; letters are NFKC-normalised, invisible characters removed."""
    visible = "".join(letter for letter in unicodedata.normalize("NFKC", text) if unicodedata.category(letter) != "Cf")
    line = " ".join(visible.split())
    return any(pattern.search(line) for pattern in _ORDERS)
