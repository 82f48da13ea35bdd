"""`python3 -m bmnetc`: the program's command line."""

import sys

from bmnetc import main

sys.exit(main(sys.argv))
