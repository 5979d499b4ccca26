"""Loads the k896 commands into gdb: `source tools/gdb/load.py`, or ./k896 debug."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from k896gdb import commands  # noqa: E402

commands.register()
