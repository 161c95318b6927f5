"""Measure the pages on an indexed library: bytes over the wire, and rendering time on top of the answer.

    python benchmarks/pages.py HOME QUESTIONS.jsonl

Prints for each page the bytes of a first visit (compressed, with styles, scripts and images) and the median and 95th
percentile of its server time. For answers, also prints the part of that time that is not spent on the answer itself,
computed per question. Machines are shared, so compare only figures of one run.
"""

import re
from time import perf_counter
from unittest.mock import patch
from urllib.parse import quote_plus

import numpy as np
from starlette.testclient import TestClient

from api.answer import conversation
from api.app import create_app
from api.evaluation.questions import read_questions
from api.routes import ask_page
from api.settings import Settings
from benchmarks.figures import arguments

_ROUNDS = 20
_LOADED = re.compile(r'<(?:link rel="(?:stylesheet|icon|modulepreload)" href|script type="module" src)="([^"]+)"')


def main() -> None:
    """Parse the command line, measure and print."""
    options = arguments(__doc__).parse_args()
    questions = [question.question for question in read_questions(options.questions)]
    with TestClient(create_app(Settings(home=options.home))) as client:
        first = f"/?q={quote_plus(questions[0])}"
        episode = client.get("/api/episodes").json()["episodes"][0]["id"]
        answer = client.post("/api/answers", json={"question": questions[0]}).json()
        quote = (answer["citations"] or answer["related"])[0]["url"]
        for path in ("/", first, f"/search?q={quote_plus(questions[0])}", "/episodes", f"/episodes/{episode}", quote):
            times = [_seconds(client, path) for _ in range(_ROUNDS)]
            print(f"{path[:60]:60} {_bytes(client, path):7,} bytes {_spread(times)}")
        print(f"an answer's page without its answer, {len(questions)} questions: {_spread(_beyond(client, questions))}")


def _beyond(client: TestClient, questions: list[str]) -> list[float]:
    """Return for each question the seconds of its page minus those spent on the answer."""
    found = []
    for question in questions:
        spent = []

        def timed(*arguments: object, spent: list[float] = spent) -> object:
            begun = perf_counter()
            try:
                return conversation.ask(*arguments)  # type: ignore[arg-type]
            finally:
                spent.append(perf_counter() - begun)

        with patch.object(ask_page, "ask", timed):
            whole = _seconds(client, f"/?q={quote_plus(question)}")
        found.append(whole - sum(spent))
    return found


def _seconds(client: TestClient, path: str) -> float:
    begun = perf_counter()
    client.get(path, headers={"accept": "text/html"})
    return perf_counter() - begun


def _bytes(client: TestClient, path: str) -> int:
    loaded = _LOADED.findall(client.get(path, headers={"accept": "text/html"}).text)
    return sum(_sent(client, address) for address in (path, *loaded))


def _sent(client: TestClient, path: str) -> int:
    with client.stream("GET", path, headers={"accept": "text/html", "accept-encoding": "gzip"}) as response:
        head = sum(len(name) + len(value) + len(": \r\n") for name, value in response.headers.raw)
        return head + sum(len(chunk) for chunk in response.iter_raw())


def _spread(times: list[float]) -> str:
    return f"p50 {np.quantile(times, 0.5) * 1000:.1f} ms, p95 {np.quantile(times, 0.95) * 1000:.1f} ms"


if __name__ == "__main__":
    main()
