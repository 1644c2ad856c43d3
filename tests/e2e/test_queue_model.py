"""The queue of the stand-in: conservation, order, waits and per-pod shares, on cases done in the head."""
import sys, unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from queue_model import WAIT_BOUNDS_S, Service


class ServiceTest(unittest.TestCase):
    def setUp(self):
        self.service = Service(per_replica_rps=10)

    def test_enough_replicas_no_wait(self):
        self.service.set_ready(["a", "b"])
        for second in range(10):
            self.service.step(second, 20, 1)
        self.assertEqual((self.service.waiting, self.service.served, self.service.waited_over_1s), (0, 200, 0))

    def test_what_is_too_much_waits_and_is_served_oldest_first(self):
        self.service.set_ready(["a"])
        self.service.step(0, 25, 1)         # 10 served at once, 15 wait
        self.assertEqual(self.service.waiting, 15)
        self.service.step(1, 0, 1)          # 10 waited 1 s
        self.assertEqual((self.service.waiting, self.service.waited_over_1s), (5, 0))
        self.service.step(2, 10, 1)         # 5 waited 2 s, 5 of the new ones did not
        self.assertEqual((self.service.waiting, self.service.waited_over_1s), (5, 5))
        self.assertEqual(self.service.oldest_wait_s(4), 2)
        self.assertEqual(self.service.worst_waiting, 15)

    def test_nothing_is_lost(self):
        arrived = 0
        for second in range(100):
            self.service.set_ready(["a"] * (second % 3 > 0))
            self.service.step(second, 7.5, 1)
            arrived += 7.5
        self.assertAlmostEqual(self.service.served + self.service.waiting, arrived)
        self.assertAlmostEqual(sum(left for _, left in self.service.cohorts), self.service.waiting)

    def test_without_replicas_all_wait(self):
        self.service.step(0, 5, 1)
        self.assertEqual((self.service.waiting, self.service.served, self.service.pods), (5, 0, {}))

    def test_a_pod_counts_from_its_own_ready(self):
        self.service.set_ready(["a"])
        self.service.step(0, 10, 1)
        self.service.set_ready(["a", "b"])
        self.service.step(1, 10, 1)
        self.assertEqual((self.service.pod("a").served, self.service.pod("b").served), (15, 5))
        self.assertEqual(self.service.pod("b").buckets, [5] + [0] * len(WAIT_BOUNDS_S))

    def test_a_pod_that_returns_is_a_new_one(self):
        self.service.set_ready(["a"])
        self.service.step(0, 10, 1)
        self.service.set_ready([])
        self.service.set_ready(["a"])
        self.assertEqual(self.service.pod("a").served, 0)


if __name__ == "__main__":
    unittest.main()
