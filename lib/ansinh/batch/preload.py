"""Imported by the fork server alone: the libraries, and the leash to the worker that started it."""

from ansinh.batch import warm
from ansinh.batch.leash import end_with_parent

LIBRARIES = warm.WARM

end_with_parent()
