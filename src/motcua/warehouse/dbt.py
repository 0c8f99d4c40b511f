"""Dbt in a process of its own, which comes up while what it is to do is still being found out."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

_SCRIPT = """
import gc, json, os, sys
gc.disable()
from dbt.cli.main import dbtRunner
import dbt.adapters.duckdb
parsed = None
for line in sys.stdin:
    told = json.loads(line)
    os.chdir(told["folder"])
    os.environ.update(told["environment"])
    if told.get("is_parse"):
        parsed = dbtRunner().invoke(["parse", "--no-write-json", *told["arguments"]]).result
        continue
    done = dbtRunner(parsed if told.get("is_parsed") else None).invoke(told["arguments"])
    if os.environ.get("DBT_WRITE_JSON") == "false" and done.result:
        done.result.write(os.path.join(os.environ["DBT_TARGET_PATH"], "run_results.json"))
    if done.exception:
        print(done.exception)
    sys.stdout.flush()
    os._exit(0 if done.success else 2 if done.exception else 1)
"""
"""Looking for cycles takes 2 s of a build and saves 100 MB, whatever the build reads; to take all
down in order 0.8 s, when dbt has closed its file. Who is told to write no JSON writes its results
only. Nothing is imported from the folder in which the command was given (``-P``)."""


class Dbt:
    """A process in which dbt comes up at once; it runs once, when it is told what.

    Used in a ``with``, at whose end it is gone, however that is left.
    """

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own script, no shell
            [sys.executable, "-P", "-c", _SCRIPT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the process."""
        self._process.kill()
        # What could not be told to one that is gone would be told again, and hide the error.
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.__exit__(kind, error, trace)

    def parse(self, folder: Path, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        """Have it parse the project, beside what the caller does; ``run`` may use that."""
        self._tell(folder, arguments, environment, is_parse=True)

    def run(
        self,
        folder: Path,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        *,
        is_parsed: bool = False,
    ) -> Iterator[str]:
        """Run a command of dbt in a folder; give its lines as they come.

        ``is_parsed``: with the project as it was parsed before, if it could be.
        """
        self._tell(folder, arguments, environment, is_parsed=is_parsed)
        # A process that could not come up says why in its lines.
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        yield from self._process.stdout
        self._process.wait()

    @property
    def exit_code(self) -> int:
        """0: all is well; 1: a node failed; others: it could not be run. After its last line."""
        return self._process.returncode

    def _tell(
        self,
        folder: Path,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        **how: bool,
    ) -> None:
        told = {
            "folder": str(folder),
            "arguments": list(arguments),
            "environment": dict(environment),
            **how,
        }
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(told) + "\n")
            self._process.stdin.flush()
