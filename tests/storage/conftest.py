"""What the tests of storage share."""

from tests.storage.test_bucket_policies import judge

__all__ = ["judge"]
