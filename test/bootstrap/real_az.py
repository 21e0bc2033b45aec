"""Gives calls to the real Azure CLI, all in one process: loading it takes longer than the calls.

Reads {"calls": [[argument, ...]], "queries": [{"query", "document"}]} and prints {"calls": [{"code", "stderr"}], "queries": [text]}.
Nobody is logged in, so a call whose arguments are right ends with "Please run 'az login'".
"""
import io
import json
import os
import sys
import tempfile

from azure.cli.core import get_default_cli
from knack.output import format_tsv
from knack.util import CommandResultItem
import jmespath


def invoke(arguments):
    with tempfile.TemporaryFile() as errors:
        before = os.dup(2)
        os.dup2(errors.fileno(), 2)
        try:
            code = get_default_cli().invoke(arguments, out_file=io.StringIO())
        except SystemExit as end:
            code = end.code
        finally:
            sys.stderr.flush()
            os.dup2(before, 2)
            os.close(before)
        errors.seek(0)
        return {"code": code, "stderr": errors.read().decode()}


def answer(query, document):
    result = jmespath.search(query, document)
    return "" if result is None else format_tsv(CommandResultItem(result))


given = json.load(sys.stdin)
json.dump({
    "calls": [invoke(call) for call in given["calls"]],
    "queries": [answer(one["query"], one["document"]) for one in given["queries"]],
}, sys.stdout)
