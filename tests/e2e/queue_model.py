"""What happens to requests: they wait in one first-in-first-out queue for the replicas that are Ready.

What: cohorts of requests that arrived together, served from the oldest on by at most ready × per_replica a
second, the wait of each cohort measured. Why: queues and waits must come from work that was really left undone,
not from a formula about replicas. Every figure of a pod is its share since it became Ready: the sums below are
per replica, and a pod remembers where they stood when it came.
"""
from collections import deque
from dataclasses import dataclass, field

# vLLM's own bounds of vllm:request_queue_time_seconds; its first bucket ends at 0.3 s.
WAIT_BOUNDS_S = (.3, .5, .8, 1.0, 1.5, 2.0, 2.5, 5.0, 10.0, 15.0, 20.0, 30.0, 40.0, 50.0, 60.0)


@dataclass
class PerReplica:
    """Sums since the start, each divided among the replicas that were Ready at the time."""
    served: float = 0.0
    wait_s: float = 0.0
    buckets: list = field(default_factory=lambda: [0.0] * (len(WAIT_BOUNDS_S) + 1))  # not cumulative; last: beyond

    def copy(self):
        return PerReplica(self.served, self.wait_s, list(self.buckets))


class Service:
    def __init__(self, per_replica_rps):
        self.per_replica_rps = per_replica_rps
        self.cohorts = deque()          # [arrived at, requests left]
        self.waiting = 0.0
        self.worst_waiting = 0.0
        self.served = 0.0
        self.waited_over_1s = 0.0
        self.rate = 0.0                 # served a second in the last step
        self.sums = PerReplica()
        self.pods = {}                  # name -> the sums when it became Ready

    def set_ready(self, pods):
        """The names of the pods that are Ready from now on."""
        self.pods = {name: self.pods.get(name) or self.sums.copy() for name in pods}

    def step(self, now, arrived, seconds):
        """`arrived` requests came in the `seconds` before `now`; serve what the Ready replicas can."""
        if arrived > 0:
            self.cohorts.append([now, arrived])
        room = len(self.pods) * self.per_replica_rps * seconds
        served = 0.0
        while self.cohorts and room > 1e-9:
            came, left = self.cohorts[0]
            taken = min(left, room)
            self._complete(now - came, taken)
            room, served = room - taken, served + taken
            if taken == left:
                self.cohorts.popleft()
            else:
                self.cohorts[0][1] = left - taken
        self.served += served
        self.rate = served / seconds
        self.waiting = max(0.0, self.waiting + arrived - served)
        self.worst_waiting = max(self.worst_waiting, self.waiting)

    def pod(self, name):
        """What a pod has done since it became Ready."""
        then, now = self.pods[name], self.sums
        return PerReplica(now.served - then.served, now.wait_s - then.wait_s,
                          [n - t for n, t in zip(now.buckets, then.buckets)])

    def oldest_wait_s(self, now):
        return now - self.cohorts[0][0] if self.cohorts else 0.0

    def _complete(self, wait_s, requests):
        share = requests / len(self.pods)
        bucket = next((i for i, bound in enumerate(WAIT_BOUNDS_S) if wait_s <= bound), len(WAIT_BOUNDS_S))
        self.sums.served += share
        self.sums.wait_s += share * wait_s
        self.sums.buckets[bucket] += share
        if wait_s > 1:
            self.waited_over_1s += requests
