"""The network between the controller and everything else is cut and healed, by packets: existing connections hang half-open
in the kernel, new ones fail. The controller lives in a network namespace of its own; needs root."""
import unittest

from scene import Scene
import namespace
from fault import Fault
from stage import Stage


class NetworkTest(Scene):
    name = "network"

    @classmethod
    def make_stage(cls):
        if why := namespace.why_not():
            raise unittest.SkipTest(why)
        cls.network = namespace.NetworkNamespace("aia-faults")
        cls.network.__enter__()
        cls.addClassCleanup(cls.network.__exit__)
        return Stage(cls.name, cls.network)

    def test_faults(self):
        def cut(stage):
            self.network.cut()

        def heal(stage):
            self.network.heal()

        self.play(Fault("none", lambda stage: None, lambda stage: None, writes=True, local=True),
                  Fault("the network cut", cut, heal, blind=True, half_open=True, ci_s=8, soak_s=180))
        self.end_with_a_true_fall()


if __name__ == "__main__":
    unittest.main()
