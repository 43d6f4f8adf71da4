"""Fixtures that every suite may ask for, and what a whole session needs."""

from hypothesis import HealthCheck, settings

pytest_plugins = ("tests.fixtures_cluster", "tests.fixtures_tenancy", "tests.watching")

# A loaded machine makes inputs slowly, and every test takes its time: neither is a mistake of the code.
settings.register_profile("tenantplane", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tenantplane")
