"""Rules about resources of AWS."""

from policies.aws.account import ACCOUNT, ACCOUNT_TOGETHER
from policies.aws.buckets import BUCKETS, BUCKETS_TOGETHER
from policies.aws.data import DATA
from policies.aws.operation import OPERATION

AWS = (*DATA, *BUCKETS, *ACCOUNT, *OPERATION)
AWS_TOGETHER = (*BUCKETS_TOGETHER, *ACCOUNT_TOGETHER)

__all__ = ["AWS", "AWS_TOGETHER"]
