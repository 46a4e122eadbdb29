"""Where submissions are judged: in processes forked on this machine, or by the workers of a Dask
cluster."""
