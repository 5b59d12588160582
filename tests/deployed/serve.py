"""MiniStack as these tests need it: answers without waiting for acknowledgements, and ends with the process that started it."""

import ctypes
import signal
import socketserver
import sys

# Its Runtime API writes head and body apart; with Nagle's algorithm on, each invocation waits for a delayed
# acknowledgement (55 ms a message instead of 10).
socketserver.StreamRequestHandler.disable_nagle_algorithm = True

PR_SET_PDEATHSIG = 1
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)

from ministack.app import main  # noqa: E402

main()
