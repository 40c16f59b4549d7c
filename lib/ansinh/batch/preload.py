"""Imported by the fork server alone: the libraries of kernels and of workers, and the leash to whoever started it."""

import os

# A fork copies no threads, so none may run here: neither linear algebra's nor Arrow's, which gives memory back now and then.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("JE_ARROW_MALLOC_CONF", "background_thread:false")

import nbclient
import papermill
import papermill.engines

from ansinh.batch import pool, warm
from ansinh.batch.leash import end_with_parent

LIBRARIES = (warm.WARM, nbclient, papermill, pool)

end_with_parent()
warm.rehearse()
