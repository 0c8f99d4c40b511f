"""What the process imports that working processes are forked from (:mod:`motcua.workers`).

It ends at once: with Great Expectations and DuckDB's dialect both loaded, the interpreter's own
shutdown prints pages about leaked instances that mean nothing to the person who reads them.
"""

import atexit
import os

import motcua.intake.edge
import motcua.quality.validation  # noqa: F401 - so that no process imports it again

# What is registered last is called first, and those forked from here end in a way of their own.
atexit.register(os._exit, 0)
