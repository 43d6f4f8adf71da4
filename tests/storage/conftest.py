"""What the tests of storage share."""

from tests.storage.test_bucket_policies import judge, judge_home

__all__ = ["judge", "judge_home"]
