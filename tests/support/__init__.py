"""Helpers that tests of several rooms share.

| module | gives |
|---|---|
| `exchange_without_hub` | an exchange that a test fills as a student's server would |
| `git_files` | the files that git knows |
| `live_course` | a course that runs `kireji up` in its own folder |
| `needs` | skips a test, or fails it, where a program is missing |
| `running_course` | fixtures: one running hub for all tests, and people who use it |
| `separate_process` | runs a module of the tests in its own process |
| `toy` | a small assignment with its hidden tests |
| `toy_checkout` | a course with the toy as its only assignment |
"""
