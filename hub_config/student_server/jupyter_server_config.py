"""A student's server: JupyterLab without what is for instructors or asks other hosts for news."""

c = get_config()

# nbgrader's extensions by role: students fetch and submit; the formgrader is the course service's
# alone. Not its Validate: it runs the notebook, training included, and says "Success!" of a
# notebook that raises NotImplementedError.
c.ServerApp.jpserver_extensions = {
    "kireji_submit_button": True,
    "nbgrader.server_extensions.assignment_list": True,
    "nbgrader.server_extensions.validate_assignment": False,
    "nbgrader.server_extensions.formgrader": False,
    "nbgrader.server_extensions.course_list": False,
}

# Nothing is installed from here, so JupyterLab has no reason to ask a package index what there is.
c.LabApp.extension_manager = "readonly"

# A picture in every cell is more than the default 1 MB a second.
c.ZMQChannelsWebsocketConnection.iopub_data_rate_limit = 50_000_000

# Without a wall the server has the account that started the hub, which in a container is often
# root.
c.ServerApp.allow_root = True
