"""nbgrader in the course service. The course itself is configured in its own folder; this adds the
hub."""

from nbgrader.auth import JupyterHubAuthPlugin

from kireji.course.layout import find_course

c = get_config()
course = find_course()

# nbgrader itself reads the file of this name in the course's folder.
if not (course.root / "nbgrader_config.py").exists():
    load_subconfig(str(course.config("nbgrader_config.py")))

# A student added in the formgrader is enrolled in the hub's group as well.
c.Authenticator.plugin_class = JupyterHubAuthPlugin
