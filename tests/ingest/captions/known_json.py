"""One short talk in the JSON of many tools, with the speakers that each of them states."""

from typing import Any

ANN, JO = "Hello and welcome to the kettle hour.", "Thanks, it is good to be here."
TIMES = ((1.0, 4.0), (4.5, 8.0))


def words(text: str, start: float, end: float, **more: Any) -> list[dict[str, Any]]:
    """The words of a text with even times in seconds."""
    parts = text.split()
    step = (end - start) / len(parts)
    return [
        {
            "word": word.strip(".,").lower(),
            "punctuated_word": word,
            "start": round(start + step * n, 3),
            "end": round(start + step * (n + 1), 3),
            **more,
        }
        for n, word in enumerate(parts)
    ]


def rev(text: str, start: float, end: float) -> list[dict[str, Any]]:
    """The elements of a Rev AI monologue: words, and spaces and signs without times."""
    elements: list[dict[str, Any]] = []
    for word in words(text, start, end):
        spoken = word["punctuated_word"].rstrip(".,")
        elements.append({"type": "text", "value": spoken, "ts": word["start"], "end_ts": word["end"], "confidence": 1})
        elements.append({"type": "punct", "value": word["punctuated_word"][len(spoken) :] + " "})
    return elements


def amazon(text: str, start: float, end: float, speaker: str) -> list[dict[str, Any]]:
    """The items of Amazon Transcribe: words, and signs without times."""
    items: list[dict[str, Any]] = []
    for word in words(text, start, end):
        spoken = word["punctuated_word"].rstrip(".,")
        items.append(
            {
                "type": "pronunciation",
                "alternatives": [{"confidence": "0.99", "content": spoken}],
                "start_time": str(word["start"]),
                "end_time": str(word["end"]),
                "speaker_label": speaker,
            }
        )
        items.extend(
            {"type": "punctuation", "alternatives": [{"confidence": "0.0", "content": sign}]}
            for sign in word["punctuated_word"][len(spoken) :]
        )
    return items


def millis(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same words with times in milliseconds and the punctuated word as text, as AssemblyAI has them."""
    return [
        {
            "text": part["punctuated_word"],
            "start": round(part["start"] * 1000),
            "end": round(part["end"] * 1000),
            "confidence": 0.9,
            "speaker": part.get("speaker"),
        }
        for part in parts
    ]


(A0, A1), (B0, B1) = TIMES
KNOWN: dict[str, tuple[Any, str | None, str | None]] = {
    "podcasting 2.0": (
        {
            "version": "1.0.0",
            "segments": [
                {"speaker": "Ann Lee", "startTime": A0, "endTime": A1, "body": ANN},
                {"speaker": "Jo Brown", "startTime": B0, "endTime": B1, "body": JO},
            ],
        },
        "Ann Lee",
        "Jo Brown",
    ),
    "podlove": (
        [
            {
                "start": "00:00:01.000",
                "start_ms": 1000,
                "end": "00:00:04.000",
                "end_ms": 4000,
                "speaker": "3",
                "voice": "Ann Lee",
                "text": ANN,
            },
            {
                "start": "00:00:04.500",
                "start_ms": 4500,
                "end": "00:00:08.000",
                "end_ms": 8000,
                "speaker": "7",
                "voice": "Jo Brown",
                "text": JO,
            },
        ],
        "Ann Lee",
        "Jo Brown",
    ),
    "assemblyai": (
        {
            "id": "x",
            "text": f"{ANN} {JO}",
            "audio_duration": 8,
            "confidence": 0.9,
            "words": millis(words(ANN, A0, A1, speaker="A") + words(JO, B0, B1, speaker="B")),
            "utterances": [
                {
                    "speaker": "A",
                    "text": ANN,
                    "start": 1000,
                    "end": 4000,
                    "words": millis(words(ANN, A0, A1, speaker="A")),
                },
                {
                    "speaker": "B",
                    "text": JO,
                    "start": 4500,
                    "end": 8000,
                    "words": millis(words(JO, B0, B1, speaker="B")),
                },
            ],
        },
        "A",
        "B",
    ),
    "deepgram": (
        {
            "metadata": {"duration": 8.0, "channels": 1},
            "results": {
                "channels": [
                    {
                        "alternatives": [
                            {
                                "transcript": f"{ANN} {JO}",
                                "confidence": 0.9,
                                "words": words(ANN, A0, A1, speaker=0) + words(JO, B0, B1, speaker=1),
                            }
                        ]
                    }
                ],
                "utterances": [
                    {
                        "start": A0,
                        "end": A1,
                        "channel": 0,
                        "transcript": ANN,
                        "words": words(ANN, A0, A1, speaker=0),
                        "speaker": 0,
                        "id": "u0",
                    },
                    {
                        "start": B0,
                        "end": B1,
                        "channel": 0,
                        "transcript": JO,
                        "words": words(JO, B0, B1, speaker=1),
                        "speaker": 1,
                        "id": "u1",
                    },
                ],
            },
        },
        "Speaker 0",
        "Speaker 1",
    ),
    "deepgram without utterances": (
        {
            "results": {
                "channels": [
                    {
                        "alternatives": [
                            {
                                "transcript": f"{ANN} {JO}",
                                "words": words(ANN, A0, A1, speaker=0) + words(JO, B0, B1, speaker=1),
                            }
                        ]
                    }
                ]
            }
        },
        "Speaker 0",
        "Speaker 1",
    ),
    "rev ai": (
        {"monologues": [{"speaker": 0, "elements": rev(ANN, A0, A1)}, {"speaker": 1, "elements": rev(JO, B0, B1)}]},
        "Speaker 0",
        "Speaker 1",
    ),
    "amazon": (
        {
            "jobName": "x",
            "results": {
                "transcripts": [{"transcript": f"{ANN} {JO}"}],
                "items": amazon(ANN, A0, A1, "spk_0") + amazon(JO, B0, B1, "spk_1"),
            },
        },
        "spk_0",
        "spk_1",
    ),
    "whisper": (
        {
            "text": f"{ANN} {JO}",
            "language": "en",
            "segments": [
                {"id": 0, "seek": 0, "start": A0, "end": A1, "text": f" {ANN}", "tokens": [1, 2]},
                {"id": 1, "seek": 0, "start": B0, "end": B1, "text": f" {JO}", "tokens": [3, 4]},
            ],
        },
        None,
        None,
    ),
    "whisper.cpp": (
        {
            "model": {"type": "base"},
            "transcription": [
                {
                    "timestamps": {"from": "00:00:01,000", "to": "00:00:04,000"},
                    "offsets": {"from": 1000, "to": 4000},
                    "text": f" {ANN}",
                },
                {
                    "timestamps": {"from": "00:00:04,500", "to": "00:00:08,000"},
                    "offsets": {"from": 4500, "to": 8000},
                    "text": f" {JO}",
                },
            ],
        },
        None,
        None,
    ),
    "transformers": (
        {
            "text": f"{ANN} {JO}",
            "chunks": [{"timestamp": [A0, A1], "text": f" {ANN}"}, {"timestamp": [B0, B1], "text": f" {JO}"}],
        },
        None,
        None,
    ),
    "google": (
        {
            "results": [
                {
                    "alternatives": [
                        {
                            "transcript": text,
                            "confidence": 0.9,
                            "words": [
                                {
                                    "startTime": f"{part['start']}s",
                                    "endTime": f"{part['end']}s",
                                    "word": part["punctuated_word"],
                                }
                                for part in words(text, *span)
                            ],
                        }
                    ],
                    "languageCode": "en-us",
                }
                for text, span in ((ANN, TIMES[0]), (JO, TIMES[1]))
            ]
        },
        None,
        None,
    ),
    "azure": (
        {
            "recognizedPhrases": [
                {"offset": "PT1S", "duration": "PT3S", "speaker": 1, "nBest": [{"confidence": 0.9, "display": ANN}]},
                {"offset": "PT4.5S", "duration": "PT3.5S", "speaker": 2, "nBest": [{"confidence": 0.9, "display": JO}]},
            ]
        },
        "Speaker 1",
        "Speaker 2",
    ),
    "youtube": (
        {
            "wireMagic": "pb3",
            "events": [
                {"tStartMs": 0, "dDurationMs": 9000, "id": 1},
                {"tStartMs": 1000, "dDurationMs": 3000, "segs": [{"utf8": ANN}]},
                {
                    "tStartMs": 4500,
                    "dDurationMs": 3500,
                    "segs": [{"utf8": JO[:10]}, {"utf8": JO[10:], "tOffsetMs": 900}],
                },
            ],
        },
        None,
        None,
    ),
    "nested speakers": (
        {
            "data": {
                "transcript": {
                    "lines": [
                        {"speaker": {"id": 1, "name": "Ann Lee"}, "startMs": 1000, "endMs": 4000, "text": ANN},
                        {"speaker": {"id": 2, "name": "Jo Brown"}, "startMs": 4500, "endMs": 8000, "text": JO},
                    ]
                }
            }
        },
        "Ann Lee",
        "Jo Brown",
    ),
    "table of speakers": (
        {
            "speakers": [{"id": "s1", "name": "Ann Lee"}, {"id": "s2", "name": "Jo Brown"}],
            "segments": [
                {"speaker_id": "s1", "start_time": A0, "end_time": A1, "text": ANN},
                {"speaker_id": "s2", "start_time": B0, "end_time": B1, "text": JO},
            ],
        },
        "Ann Lee",
        "Jo Brown",
    ),
    "map of speakers": (
        {
            "speakers": {"1": "Ann Lee", "2": {"name": "Jo Brown"}},
            "transcript": [
                {"speaker": 1, "start": 1000, "end": 4000, "text": ANN},
                {"speaker": 2, "start": 4500, "end": 8000, "text": JO},
            ],
        },
        "Ann Lee",
        "Jo Brown",
    ),
    "names beside ids": (
        [
            {"speaker": "SPEAKER_00", "speaker_name": "Ann Lee", "start": A0, "duration": 3, "text": ANN},
            {"speaker": "SPEAKER_01", "speakerName": "Jo Brown", "start": B0, "duration": 3.5, "text": JO},
        ],
        "Ann Lee",
        "Jo Brown",
    ),
    "frames": (
        [
            {"start": "00:00:01:00", "end": "00:00:04:00", "text": ANN},
            {"start": "00:00:04:15", "end": "00:00:08:00", "text": JO},
        ],
        None,
        None,
    ),
    "an object with numbers": (
        {
            "0": {"start": A0, "end": A1, "text": ANN, "speaker": "A"},
            "1": {"start": B0, "end": B1, "text": JO, "speaker": "B"},
        },
        "A",
        "B",
    ),
}
