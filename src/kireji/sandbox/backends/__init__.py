"""The places where a submission can run, behind one interface (`base.Backend`)."""
