"""Imported by the fork server alone: the libraries of kernels and of workers, and the leash to whoever started it."""

import os

# A fork copies no threads, so none may run here: neither linear algebra's nor Arrow's, which gives memory back now and then.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("JE_ARROW_MALLOC_CONF", "background_thread:false")

from ansinh.batch.leash import end_with_parent
from ansinh.doors import left_out

# Where JupyterLab is installed, jsonschema would build a grammar of web addresses (0.9 s), which no notebook's format asks for; where
# boto3 is, papermill would load it, and notebooks lie on this disk.
with left_out("rfc3987_syntax", "boto3"):
    import nbclient
    import papermill
    import papermill.engines

    from ansinh.batch import engine, pool, warm

LIBRARIES = (warm.WARM, nbclient, papermill, engine, pool)

end_with_parent()
warm.rehearse()
