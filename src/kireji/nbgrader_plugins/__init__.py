"""Every seam with nbgrader, one class a file: what its configuration plugs in, and what calls its
API."""
