"""Everything that a course has and a clone has not, in one archive, and back: `./kireji backup`,
`./kireji restore`."""
