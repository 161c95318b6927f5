"""Serve a GGUF model as an OpenAI-compatible endpoint until standard input ends; prints the address.

Runs in .venv-llm, whose packages no other Python of the project has. One thread, and no chance. Replies still vary
a little with what was asked before, as the server keeps the beginnings of prompts.
"""

import argparse
import sys

import xllamacpp


def main() -> None:
    """Parse the command line and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model")
    parser.add_argument("--template", help="file of a chat template; without it the server chooses one")
    parser.add_argument("--context", type=int, help="tokens of a prompt and its reply together")
    parser.add_argument("--most-tokens", type=int, help="tokens of a reply, -1: as many as the model writes")
    options = parser.parse_args()
    parameters = xllamacpp.CommonParams()
    parameters.model.path = options.model
    if options.template:
        with open(options.template, encoding="utf-8") as file:  # noqa: PTH123 - no more imports than needed
            parameters.chat_template = file.read()
    parameters.n_ctx = options.context
    parameters.n_predict = options.most_tokens
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 1
    parameters.sampling.temp = 0
    # Else the beginning of a prompt, which is the same each time, is read anew for each: four times the work.
    parameters.swa_full = True
    parameters.port = 0
    server = xllamacpp.Server(parameters)
    print(server.listening_address, flush=True)  # noqa: T201
    sys.stdin.read()


if __name__ == "__main__":
    main()
