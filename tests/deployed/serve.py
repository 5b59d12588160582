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
from ministack.services.cloudformation import provisioners  # noqa: E402

alarm_record = provisioners._cw_metric_alarm_record


def alarm_without_math(name, properties):
    """Makes an alarm on metric math one on the first of its metrics: MiniStack refuses math. The expressions are checked on the template."""
    queries = [query["MetricStat"] for query in properties.get("Metrics") or [] if "MetricStat" in query]
    if queries:
        first = queries[0]
        properties = {**properties, **first["Metric"], "Period": first["Period"], "Statistic": first["Stat"]}
        properties.pop("Metrics")
    return alarm_record(name, properties)


provisioners._cw_metric_alarm_record = alarm_without_math


main()
