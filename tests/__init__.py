"""A package, so that `tests.needs` can be imported and no other distribution's `tests` gets in
between."""
