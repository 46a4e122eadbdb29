"""The course service: the formgrader over the course, for instructors only."""

from kireji.course.layout import find_course

c = get_config()

c.ServerApp.root_dir = str(find_course().root)
# Of what lies there, its pages get nbgrader's folders only.
c.ServerApp.contents_manager_class = "kireji.hub.course_contents.CourseContents"
c.ServerApp.allow_root = True  # in a container or a virtual machine the account is often root
c.ServerApp.default_url = "/formgrader/manage_assignments"

# `kireji.hub.course_service_extension` refuses what would run a student's code here; see there.
c.ServerApp.jpserver_extensions = {
    "kireji.hub.course_service_extension": True,
    "nbgrader.server_extensions.formgrader": True,
    "nbgrader.server_extensions.assignment_list": False,
    "nbgrader.server_extensions.validate_assignment": False,
    "nbgrader.server_extensions.course_list": False,
    "jupyter_server_terminals": False,
    "jupyter_lsp": False,
}
c.ServerApp.terminals_enabled = False
c.LabApp.extension_manager = "readonly"

# The formgrader's first page otherwise prints the whole configuration.
c.FormgradeExtension.debug = False

# What its pages may do; docs/explanation/security.md says why each exception is there. Nothing from
# or to another host.
c.ServerApp.tornado_settings = {
    "headers": {
        "Content-Security-Policy": "; ".join(
            [
                "default-src 'none'",
                "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
                "style-src 'self' 'unsafe-inline'",
                "img-src 'self' data: blob:",
                "font-src 'self' data:",
                "connect-src 'self'",
                "worker-src 'self' blob:",
                "frame-src 'self' blob:",
                "manifest-src 'self'",
                "form-action 'self'",
                "base-uri 'self'",
                "frame-ancestors 'none'",
            ]
        )
    }
}
