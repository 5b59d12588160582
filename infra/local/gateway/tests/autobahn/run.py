"""Plays the Autobahn cases at the gateway: starts the echo example, runs every case, and compares each verdict.

    target/autobahn/bin/python infra/local/gateway/tests/autobahn/run.py target/debug/examples/echo

Every case must pass, or be listed below with the close code that API Gateway's limits ask for. A listed case that
passes, or that closes with another code, fails the run as well: the list is what the gateway does, not what is forgiven.
"""

import asyncio
import contextlib
import fnmatch
import os
import socket
import subprocess
import sys
import time
from collections import Counter

from kosoku import FailureError, run_fuzzingclient

# Cases that API Gateway's own limits forbid, with the code that it closes with.
LISTED = {
    1003: (
        "binary messages, which the service does not take",
        ["1.2.1", "1.2.2", "1.2.3", "1.2.4", "1.2.5", "9.4.1", "9.4.2", "9.4.3", "9.4.4", "9.4.5", "9.8.*"],
    ),
    1009: (
        "frames over 32 KB and messages over 128 KB, text or binary",
        ["1.1.6", "1.1.7", "1.1.8", "1.2.6", "1.2.7", "1.2.8", "9.1.*", "9.2.*", "9.3.*"]
        + ["9.4.6", "9.4.7", "9.4.8", "9.4.9", "9.5.*", "9.6.*"],
    ),
}
# The service does not negotiate permessage-deflate, and neither does the gateway (README, "Different from the service").
EXCLUDED = ["12.*", "13.*"]
# The cases of the protocol proper, and those of chapter 9, which is about size and speed.
CASES = 247 + 54
SECONDS_TO_START = 20
SECONDS_TO_PLAY = 240


def listed_code(case_id):
    """Returns the close code that is listed for a case, if it is listed."""
    for code, (_, patterns) in LISTED.items():
        if any(fnmatch.fnmatchcase(case_id, pattern) for pattern in patterns):
            return code
    return None


def complaint(result):
    """Returns what is wrong about a result, or None."""
    code = listed_code(result.case_id)
    if code is None:
        if result.passed:
            return None
        return f"{result.behavior.value} / {result.behavior_close.value}: {result.result} {result.result_close}"
    if result.remote_close_code == code:
        return None
    return f"is listed as closed with {code} and was closed with {result.remote_close_code}"


@contextlib.contextmanager
def echo(program):
    """Runs the echo example on a free port of 127.0.0.1, and yields its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen([program, f"127.0.0.1:{port}"], stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + SECONDS_TO_START
        while True:
            if server.poll() is not None:
                raise SystemExit(f"{program} ended with {server.returncode} before it listened on port {port}.")
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            if time.monotonic() > deadline:
                raise SystemExit(f"{program} does not listen on port {port} after {SECONDS_TO_START} s.")
            time.sleep(0.05)
        yield f"ws://127.0.0.1:{port}/dev"
    finally:
        server.terminate()
        server.wait()


async def play(address):
    """Returns the results of every case."""
    playing = run_fuzzingclient(address, None, EXCLUDED, concurrency=4)
    try:
        return await asyncio.wait_for(playing, SECONDS_TO_PLAY)
    except FailureError as failure:
        return failure.results


def main():
    with echo(sys.argv[1]) as address:
        results = asyncio.run(play(address))
    wrong = [(result.case_id, said) for result in results if (said := complaint(result))]
    for case_id, said in wrong:
        print(f"Autobahn case {case_id}: {said}", file=sys.stderr)
    if len(results) != CASES:
        print(f"{len(results)} Autobahn cases were played, not {CASES}", file=sys.stderr)
    listed = Counter(code for result in results if (code := listed_code(result.case_id)))
    print(f"{len(results)} Autobahn cases: {len(results) - listed.total() - len(wrong)} pass, {len(wrong)} are wrong")
    for code, (what, _) in LISTED.items():
        print(f"  {listed[code]} close with {code}: {what}")
    sys.stdout.flush()
    sys.stderr.flush()
    # The suite's native part sometimes aborts while the interpreter closes: the verdict is said, so there is nothing to close.
    os._exit(1 if wrong or len(results) != CASES else 0)


main()
