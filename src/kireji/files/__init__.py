"""Files written in one step, read without trust, and locked."""
