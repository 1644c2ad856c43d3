"""Two gateways that count requests: where the demand of the plays comes from, and the truth about it.

What: Gateways: `demand[app]` in requests a second, each gateway reports half; one may vanish, and both may stop updating
those apps whose samples carry their time. Why: what is true is known here, so that a judge need not believe the autoscaler.
Source: the Prometheus exposition format. Only `stamped` apps carry times, because Prometheus ends a series whose target
vanishes at once only if its samples carry none.
"""
import contextlib, time

from openmetrics import Family, sample
from ports import Ports
from prometheus import Job, Target
from scrape_target import ScrapeTarget

NAMES = ("gateway-a", "gateway-b")


class Gateways:
    def __init__(self, demand, stamped=()):
        self.demand, self.stamped = dict(demand), set(stamped)   # {app: requests a second}
        self.silent = set()             # gateways that cannot be scraped
        self.stuck_at = None            # when they stopped updating

    def __enter__(self):
        self._stack = contextlib.ExitStack()
        ports = Ports(*NAMES)
        self._stack.callback(ports.release)
        self.targets = {name: self._stack.enter_context(ScrapeTarget(ports[name], lambda now, name=name: self.text(name, now)))
                        for name in NAMES}
        return self

    def __exit__(self, *_):
        self._stack.close()

    def job(self, scrape_s):
        targets = [Target(target.address) for target in self.targets.values()]
        return Job("gateway", targets, interval=f"{round(scrape_s * 1000)}ms")

    def text(self, name, now):
        if name in self.silent:
            return None
        family = Family("gateway_requests", "gauge", "Requests a second.")
        lines = [sample(family.name, {"app": app}, rps / len(NAMES), (self.stuck_at or now) if app in self.stamped else None)
                 for app, rps in self.demand.items()]
        return family.head() + "".join(lines) + "# EOF\n"

    def get_stuck(self):
        self.stuck_at = time.time()

    def go_on(self):
        self.stuck_at = None


def query(app):
    return f'sum(gateway_requests{{app="{app}"}})'
