"""nbgrader in the course service. The course itself is configured at the repository root; this adds
the hub."""

from nbgrader.auth import JupyterHubAuthPlugin

c = get_config()

# A student added in the formgrader is enrolled in the hub's group as well.
c.Authenticator.plugin_class = JupyterHubAuthPlugin
