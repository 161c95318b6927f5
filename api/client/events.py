"""Read the events of a streamed answer: the quotes first, then each statement, then the whole answer."""

from api.client.calls import reader_of
from api.client.values import Answer, Citation, Statement

Event = tuple[Citation, ...] | Statement | Answer
_KINDS = {"citations": tuple[Citation, ...], "statement": Statement, "answer": Answer}


class EventReader:
    """Collects the lines of one event after the other (https://html.spec.whatwg.org/#parsing-an-event-stream)."""

    def __init__(self) -> None:
        self._name = ""
        self._data: list[str] = []

    def event(self, line: str) -> Event | None:
        """Return the event that this line ends, None within one and for events of other names.

        Raises ValueError if its data are not what they should be.
        """
        if line:
            name, _, value = line.partition(":")
            if name == "event":
                self._name = value.removeprefix(" ")
            elif name == "data":
                self._data.append(value.removeprefix(" "))
            return None
        name, data, self._name, self._data = self._name, "\n".join(self._data), "", []
        if name not in _KINDS:
            return None
        event: Event = reader_of(_KINDS[name]).validate_json(data)
        return event
