"""The folder of a test class: logs and the audit log, gone when all went well, kept and named when a test failed.

What: a mixin for unittest.TestCase. Why: a failure that left nothing to read has to be waited for again.
"""
import shutil, tempfile
from pathlib import Path


class KeptFolder:
    """Before unittest.TestCase among the bases; setUpClass calls make_folder(), the class's clean-up clear()."""

    @classmethod
    def make_folder(cls, noun):
        cls.noun, cls.failed = noun, False
        cls.folder = Path(tempfile.mkdtemp(prefix=f"aiautoscaler-{noun}-"))

    @classmethod
    def clear(cls):
        if cls.failed:
            print(f"{cls.noun}: logs and audit.log are kept in {cls.folder}", flush=True)
        else:
            shutil.rmtree(cls.folder)

    def run(self, result=None):
        super().run(result)
        type(self).failed = not result.wasSuccessful()
