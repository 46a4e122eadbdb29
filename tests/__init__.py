"""A package, so that `tests.support` can be imported and no other distribution's `tests` gets in
between."""
