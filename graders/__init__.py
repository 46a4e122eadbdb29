"""The hidden graders, one package per assignment. They run in the trusted process only and are
never installed with a student."""
