"""Programs that measure Kireji. They print figures and assert none; run them from the repository's
root."""
