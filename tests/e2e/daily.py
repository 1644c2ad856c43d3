"""The working day that the test and the demonstration play: its times, its Deployments, its durations.

What: the shipped trace from half past three at night to half past ten, after eight days of history, compressed 120
times: a day in twelve minutes, half an hour of lead time in 15 s. Why: both must show the same thing.
"""
import objects, play
from play import Scenario
from trace import Trace

HOUR_S, DAY_8 = 3600, 8 * 24 * 3600
BEGIN, WARM, END = (DAY_8 + hour * HOUR_S for hour in (3.5, 5, 10.5))   # WARM: from then on it is judged
PER_REPLICA = 12
COMPRESSION, LEAD_S = 120, 15


def scenario(name="daily", speed=1.0, forecast=True, backlog=True):
    """speed: all real durations are divided by it. forecast: False gives both the reactive rule."""
    def real(seconds):
        return f"{round(seconds / speed * 1000)}ms"

    return Scenario(
        name, Trace.read(play.ROOT / "tests/data/daily.csv"), compression=COMPRESSION * speed, live_from=BEGIN,
        per_replica=PER_REPLICA, pod_ready_after=real(LEAD_S), season=real(24 * HOUR_S / COMPRESSION),
        hold_s=round(15 / speed), scrape_s=.25, rate_window=real(2), backlog=backlog,
        models={"predictive": "Auto" if forecast else objects.NO_FORECAST, "reactive": objects.NO_FORECAST},
        # A lease that lasts ten seconds would be twenty minutes of such a day: test_failover plays two controllers.
        flags={"leader-elect": "false", "cycle": real(.5), "grid-step": real(.5), "freshness": real(5), "default-lead-time": real(LEAD_S),
               "scale-down-stabilization": real(15), "drain": real(15)})
