"""How fast and for how long the faults are played: scaled in CI, at full length with AIA_SOAK=1.

What: Pace, two of them, and the settings of the controller that go with each. Why: all durations are ordinary settings
(docs/architecture.md); the soak runs the product's defaults and only the durations of the faults are ours.
"""
import os
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Pace:
    cycle_s: float
    scrape_s: float
    step_s: float              # demand of `moving` grows by one replica this often
    hold_s: int                # stabilisation of scale-in; longer than a cycle
    lookback: str              # of Prometheus
    patience_s: float          # longest wait for a calm stage before a fault
    fault_s: float             # of a fault that names no length of its own
    soak: bool
    flags: dict = field(default_factory=dict)

    def seconds(self, fault):
        """How long a fault lasts."""
        return (fault.soak_s if self.soak else fault.ci_s) or self.fault_s


CI = Pace(cycle_s=1.5, scrape_s=.25, step_s=1.5, hold_s=2, lookback="10s", patience_s=30, fault_s=6, soak=False,
          flags={"cycle": "1500ms", "grid-step": "1s", "freshness": "3s", "default-lead-time": "2s",
                 "lease-duration": "3s", "lease-renew-deadline": "2s", "lease-retry": "300ms"})
SOAK = Pace(cycle_s=15.0, scrape_s=5, step_s=20, hold_s=20, lookback="5m", patience_s=300, fault_s=75, soak=True)

PACE = SOAK if os.environ.get("AIA_SOAK") == "1" else CI
