#!/usr/bin/python3
"""Put a kernel on a BIOS-bootable ISO; see tools/k896/iso.py."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from k896.iso import main  # noqa: E402

sys.exit(main())
