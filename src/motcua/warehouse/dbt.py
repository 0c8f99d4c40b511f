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
from dbt.contracts.graph.manifest import Manifest
from dbt.parser.manifest import extended_mashumuro_decoder
from dbt_common.events.base_types import EventLevel
from dbt_common.events.event_manager import EventManager
from dbt_common.events.event_manager_client import ctx_set_event_manager
import dbt.adapters.duckdb

class Warnings(EventManager):
    def fire_event(self, e, level=None, *more, **named):
        if (level or e.level_tag()) in (EventLevel.WARN, EventLevel.ERROR):
            super().fire_event(e, level, *more, **named)

parsed = None
for line in sys.stdin:
    told = json.loads(line)
    if "parse" in told:
        try:
            with open(told["parse"], "rb") as handle:
                parsed = Manifest.from_msgpack(handle.read(), decoder=extended_mashumuro_decoder)
        except Exception:
            pass  # gone since, or broken: dbt parses the project, then
        continue
    os.chdir(told["folder"])
    os.environ.update(told["environment"])
    if told["is_quiet"]:
        ctx_set_event_manager(Warnings())
    done = dbtRunner(parsed if told["is_parsed"] else None).invoke(told["arguments"])
    if os.environ.get("DBT_WRITE_JSON") == "false" and done.result:
        done.result.write(os.path.join(os.environ["DBT_TARGET_PATH"], "run_results.json"))
    if done.exception:
        print(done.exception)
    sys.stdout.flush()
    os._exit(0 if done.success else 2 if done.exception else 1)
"""
"""Looking for cycles takes 2 s of a build and saves 100 MB, whatever the build reads; to take all
down in order 0.8 s, when dbt has closed its file. Who is told to write no JSON writes its results
only. What dbt would say of each step below a warning is not put together where nobody reads it: 1 s
of a build. Nothing is imported from the folder in which the command was given (``-P``)."""


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

    def read(self, parse: Path) -> None:
        """Have it read a parse that dbt made, beside what the caller does; ``run`` may use that.

        Of the very text and version, which nobody looks at again: half the time that dbt takes.
        """
        self._tell(parse=str(parse))

    def run(
        self,
        folder: Path,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        *,
        is_parsed: bool = False,
        is_quiet: bool = False,
    ) -> Iterator[str]:
        """Run a command of dbt in a folder; give its lines as they come.

        ``is_parsed``: with the parse that was read before, if it could be; it writes no manifest.
        ``is_quiet``: it says nothing below a warning.
        """
        self._tell(
            folder=str(folder),
            arguments=list(arguments),
            environment=dict(environment),
            is_parsed=is_parsed,
            is_quiet=is_quiet,
        )
        # A process that could not come up says why in its lines.
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        yield from self._process.stdout
        self._process.wait()

    @property
    def exit_code(self) -> int:
        """0: all is well; 1: a node failed; others: it could not be run. After its last line."""
        return self._process.returncode

    def _tell(self, **told: object) -> None:
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(told) + "\n")
            self._process.stdin.flush()
