import sys

from k896.cli import main

sys.exit(main(sys.argv[1:]))
