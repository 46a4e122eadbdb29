"""The hub that `./kireji up` starts on one machine: students' servers behind bubblewrap."""
