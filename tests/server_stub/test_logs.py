"""Errors in the log: which kind, from where, and never what the program had in its hands."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

import pytest

from server_stub import logs

SECRETS = ("12 Secret Street", "271828", "Grace")


def failure() -> Any:
    """An error that tells of an address, a PIN and a name, in each of its links."""
    try:
        try:
            raise KeyError(SECRETS[0])
        except KeyError as first:
            try:
                raise ValueError(f"row contains {SECRETS[1]}") from first
            except ValueError:
                raise RuntimeError(SECRETS[2])  # noqa: B904 - what it happened on stays its context
    except RuntimeError:
        return sys.exc_info()


@pytest.mark.parametrize("form", [logs.TextLines(), logs.JsonLines()])
def test_an_error_is_told_by_kind_and_place_alone(form: logging.Formatter) -> None:
    record = logging.LogRecord("server_stub.app", logging.ERROR, __file__, 1, "it failed", (), failure())
    said = form.format(record)
    for secret in SECRETS:
        assert secret not in said.replace("SECRETS", ""), said
    kinds = [said.index(kind) for kind in ("builtins.KeyError", "builtins.ValueError", "builtins.RuntimeError")]
    assert kinds == sorted(kinds)
    assert "test_logs.py" in said
    if isinstance(form, logs.JsonLines):
        assert json.loads(said)["message"] == "it failed"


def test_an_error_that_nobody_awaited_is_told_so_too(caplog: pytest.LogCaptureFixture) -> None:
    error = failure()[1]
    logs.unexpected(None, {"message": "Task exception was never retrieved", "exception": error, "future": repr(error)})
    (record,) = caplog.records
    assert record.getMessage() == "Task exception was never retrieved"
    assert record.exc_info and record.exc_info[1] is error
