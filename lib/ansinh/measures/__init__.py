"""Store and findings → raw counts with numerator, denominator and what is counted; disclosure comes after."""

from ansinh.measures import cleanliness, coverage, deadline, drops, history, payment, projection, ranking, sources
from ansinh.measures.scope import Scope

__all__ = ["Scope", "cleanliness", "coverage", "deadline", "drops", "history", "payment", "projection", "ranking", "sources"]
