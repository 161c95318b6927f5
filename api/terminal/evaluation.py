"""What `evaluate` does: measure answers against questions with gold quotes, and compare indexes or encoders."""

from argparse import Namespace
from dataclasses import replace

from api.errors import FilterError
from api.evaluation.comparison import compared, comparison_text
from api.evaluation.evaluate import render
from api.evaluation.questions import read_questions
from api.evaluation.report import check_index, check_misses_file, index_name, report_of, write_misses
from api.settings import Settings
from api.terminal.ingest_run import cores
from api.terminal.output import print_json
from index.models.encoder_files import PACKAGED


def evaluate(options: Namespace, settings: Settings) -> int:
    """Measure answers and hits; with --against, compare two data folders.

    With --encoders, compare encoders on the same library; the live index plays no part.
    """
    if options.encoders is not None:
        return _evaluate_encoders(options, settings)

    questions = read_questions(options.questions)
    if options.misses is not None:
        check_misses_file(options.misses)
    if options.against is not None:
        check_index(options.against)
    report = report_of(questions, settings)
    if options.misses is not None:
        write_misses(report, options.misses)
    printed = render(report)
    if options.against is not None:
        # Each index is measured with its own encoder, whatever PLAYBACK_ENCODER says.
        other = report_of(questions, replace(settings, home=options.against, encoder=PACKAGED))
        report["against"] = {"index": other["index"], "figures": compared(report, other)}
        names = index_name(report, settings.home), index_name(other, options.against)
        printed += "\n" + comparison_text(report["against"]["figures"], *names)
    print_json(report) if options.json else print(printed)
    return 0


def _evaluate_encoders(options: Namespace, settings: Settings) -> int:
    from api.evaluation.encoders import encoders_text, measured  # builds indexes

    if options.misses is not None or options.against is not None:
        raise FilterError("--encoders compares encoders only; leave out --misses and --against")
    found = measured(read_questions(options.questions), settings.home, options.encoders, cores())
    print_json({"encoders": found}) if options.json else print(encoders_text(found))
    return 0
