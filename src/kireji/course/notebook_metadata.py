"""The keys under which Kireji leaves something in a notebook's metadata."""

REPORT = "kireji"  # in a graded notebook: its report, as plain data
JUDGED_AS = "kireji_key"  # and the key of its judgement in the cache, if it is there
CELL = "kireji"  # in a cell: EXTRA, where a student added it
EXTRA = "extra"
