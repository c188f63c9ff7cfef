"""How hypothesis runs everywhere in the unit tests: no test asserts a time, so a busy machine fails none."""

from hypothesis import HealthCheck, settings

settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")
