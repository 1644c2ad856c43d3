"""A TestCase that plays faults on one stage, one after the other, and prints the table.

What: Scene: subclasses give `name` and call play(fault, …) in their tests. Why: a control plane takes seconds to start; and a
controller that survived the last fault is the one that must survive the next.
"""
import unittest

from stage import LOWEST, TARGETS, Stage   # first: it finds the other folders
import judge, record
from controller import binary
from trial import Trial


@unittest.skipUnless(binary(), "the controller is not built: ./dev build")
class Scene(unittest.TestCase):
    name = ""

    @classmethod
    def make_stage(cls):
        return Stage(cls.name)

    @classmethod
    def setUpClass(cls):
        cls.verdicts = []
        cls.stage = cls.make_stage()
        cls.stage.__enter__()
        cls.addClassCleanup(cls.stage.__exit__)
        cls.addClassCleanup(lambda: print(f"\n{judge.table(cls.verdicts, cls.stage.pace)}", flush=True))
        cls.calm_mib = cls.stage.memory_mib()

    def run(self, result=None):
        super().run(result)
        if not result.wasSuccessful():
            type(self).stage.failed = True

    def play(self, *faults):
        for fault in faults:
            with self.subTest(fault.name):
                verdict = Trial(self.stage, fault).run()
                self.verdicts.append(verdict)
                for expect, message in verdict.said.items():
                    print(f"{fault.name}: {expect.name} {expect.kind} {expect.reason}: {message}", flush=True)
                wrong = judge.complaints(verdict, fault, self.stage.pace, self.calm_mib)
                self.assertFalse(wrong, f"{fault.name}:\n  " + "\n  ".join(wrong))

    def end_with_a_true_fall(self):
        """The control: when demand truly falls and the data are whole, replicas go; `steady` and `victim` never moved."""
        self.stage.demand(LOWEST)
        self.stage.wait(lambda: self.stage.replicas("moving") == LOWEST, "scaled in at last", 3 * self.stage.pace.patience_s)
        self.assertTrue(record.scale_ins(self.stage.writes("moving"), LOWEST + 1))
        for name in TARGETS[1:]:
            self.assertEqual(self.stage.writes(name), [], name)
