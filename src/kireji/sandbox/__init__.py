"""A place where a submission runs: started, limited, talked to and destroyed from outside.

Nothing is imported here: the hub needs `bubblewrap` alone, and must not wait for torch.
"""
