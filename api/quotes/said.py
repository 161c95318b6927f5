"""Quote words that were mined from the index, if today's transcript still says them there."""

import logging
from pathlib import Path

from api.episodes.transcripts import open_transcript
from api.quotes.citation import Citation, citation_of
from api.quotes.quote import quote_at
from api.quotes.verbatim_check import count_dropped, fault_of
from index.generation import Generation
from index.mined.overview import Said

logger = logging.getLogger(__name__)


def citation_at(home: Path, generation: Generation, said: Said | None) -> Citation | None:
    """Return mined words as a verified citation; None if their episode is gone or other words stand there now."""
    opened = None if said is None else open_transcript(home, said.episode_id)
    if said is None or opened is None:
        return None
    try:
        quote = quote_at(opened, *said.span)
    except ValueError:
        return None
    indexed = " ".join(generation.text_at(said.episode_id, said.span).split())
    if " ".join(quote.text.split()) not in indexed:
        logger.info("a mined quote was left out: %s was edited since it was indexed", said.episode_id)
        return None
    if (fault := fault_of(quote, opened.transcript)) is not None:
        count_dropped(fault)
        logger.warning("a mined quote was dropped: %s in %s", fault, said.episode_id)
        return None
    return citation_of(quote)
