"""Imported by the fork server alone: the libraries of kernels and of workers, and the leash to whoever started it."""

import os

# A fork copies no threads: linear algebra, which notebooks hardly need, starts none.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import nbclient
import papermill
import papermill.engines

import ansinh.batch.runner
from ansinh.batch import warm
from ansinh.batch.leash import end_with_parent

LIBRARIES = (warm.WARM, nbclient, papermill, ansinh.batch.runner)

end_with_parent()
warm.rehearse()
