"""Set-up of a clone: environment, packages, data, release.

`release` runs inside the finished environment; everything else needs only Python's standard
library."""
