"""The embedded JupyterHub: accounts, students' servers behind a wall, the course service, start and
stop."""
