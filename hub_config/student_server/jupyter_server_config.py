"""A student's server: JupyterLab without what is for instructors or asks other hosts for news."""

from pathlib import Path

import kireji_course

c = get_config()

# The course's own pages are JupyterLab's panel, and the API behind it. nbgrader's assignment list
# keeps its API, for programs that use it; its page is switched off (labconfig/page_config.json).
# Not its Validate: it runs the notebook, training included, and says "Success!" of a notebook that
# raises NotImplementedError. The formgrader is the course service's alone.
c.ServerApp.jpserver_extensions = {
    "kireji_course": True,
    "kireji_submit_button": True,
    "nbgrader.server_extensions.assignment_list": True,
    "nbgrader.server_extensions.validate_assignment": False,
    "nbgrader.server_extensions.formgrader": False,
    "nbgrader.server_extensions.course_list": False,
}

# The panel is shipped built, beside the API: no Node.js is needed to run it.
c.LabApp.extra_labextensions_path = [str(Path(kireji_course.__file__).parents[1] / "labextensions")]

# Nothing is installed from here, so JupyterLab has no reason to ask a package index what there is.
c.LabApp.extension_manager = "readonly"

# A picture in every cell is more than the default 1 MB a second.
c.ZMQChannelsWebsocketConnection.iopub_data_rate_limit = 50_000_000

# Without a wall the server has the account that started the hub, which in a container is often
# root.
c.ServerApp.allow_root = True
