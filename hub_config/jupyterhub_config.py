"""The embedded JupyterHub: everything on this machine, loopback only. `./kireji up` starts it and
sets the ports."""

import sys

from kireji.course.layout import find_course
from kireji.course.settings import load
from kireji.hub import accounts, course_service, departure, desk_service, door, monitoring, pages
from kireji.hub.door import sockets
from kireji.hub.embedded.authenticator import AccountsAuthenticator
from kireji.hub.embedded.spawner import WalledSpawner
from kireji.hub.parent_death_signal import PARENT_DEATH_SIGNAL
from kireji.sandbox.bwrap_command import find_bwrap

c = get_config()
course, settings = find_course(), load()
accounts_file = accounts.file_of(course)

# Where it listens: loopback only, since it speaks plain HTTP.
c.JupyterHub.bind_url = f"http://127.0.0.1:{settings.port}"
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{settings.hub_port}"
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{settings.proxy_port}"

# The proxy has the door in it. It is written in Python, since a newcomer's machine has no Node.js,
# and ends with the hub that started it.
door_key = door.make_key(course.hub / "door_key")
c.ConfigurableHTTPProxy.command = [
    *PARENT_DEATH_SIGNAL,
    sys.executable,
    *("-P", "-m", "kireji.hub.door.serve"),
    *("--key", str(door_key)),
    *("--hub-api", f"{c.JupyterHub.hub_bind_url}/hub/api"),
    *("--hub-host", settings.subdomain_host),
    *("--sockets", str(sockets.folder_of(course))),
]
c.ConfigurableHTTPProxy.pid_file = str(course.hub / "proxy.pid")

# Where the machine has a name with subdomains, each student's server gets one.
c.JupyterHub.subdomain_host = settings.subdomain_host
c.JupyterHub.subdomain_hook = door.host_of

# State that the next start finds again.
c.JupyterHub.db_url = f"sqlite:///{course.hub / 'jupyterhub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(course.hub / "cookie_secret")

# Who: the accounts of var/hub/accounts.json, with the groups that nbgrader's JupyterHub plugin
# reads.
c.JupyterHub.authenticator_class = AccountsAuthenticator
# Without a wall between servers and hidden tests, only the accounts that are for trying out.
everybody = accounts.load_accounts(accounts_file)
c.Authenticator.allowed_users = set(everybody if find_bwrap() else accounts.DEMO)
# else whoever is in a group, or was here before, is let in too
c.Authenticator.allow_existing_users = False
c.JupyterHub.load_groups = {
    course_service.INSTRUCTORS: {"users": accounts.names("instructor", accounts_file)},
    course_service.STUDENTS: {"users": accounts.names("student", accounts_file)},
    desk_service.ASSISTANTS: {"users": accounts.names("assistant", accounts_file)},
}

# What: a server per person, the course service with the formgrader, the desk, and what grades on
# submit where that is set.
c.JupyterHub.spawner_class = WalledSpawner
c.JupyterHub.services = [
    door.service(door_key.read_text()),
    course_service.service(course, settings.course_port),
    desk_service.service(course, settings.desk_port),
    *course_service.watch(course),
    departure.service(course),
    monitoring.service(course),
]
c.JupyterHub.load_roles = [
    door.role(),
    *course_service.roles(),
    desk_service.role(),
    departure.role(),
    monitoring.role(),
]
c.Proxy.extra_routes = desk_service.route(
    f"http://127.0.0.1:{settings.desk_port}", settings.subdomain_host
)

# How much a person's server may use; the rest of the limits is in kireji/hub/server_limits.py.
c.Spawner.mem_limit = "4G"  # all kernels and terminals together
c.WalledSpawner.process_limit = 512  # processes and threads
c.WalledSpawner.disk_limit = "4G"  # the home and what was handed in

# Where a person lands: students on the welcome page, instructors on the desk.
c.Spawner.default_url = "/lab/tree/welcome.md"
c.JupyterHub.default_url = desk_service.landing_page

# What a newcomer reads on the log-in page.
pages.configure(c, settings.course_name, own_accounts=False)
c.JupyterHub.template_vars["announcement_login"] = (
    "The accounts and their passwords are in the terminal where <code>./kireji up</code> runs."
)

# A server is gone a moment after it is told to go: notebooks are saved by the browser, not at the
# end.
c.LocalProcessSpawner.interrupt_timeout = 3
c.LocalProcessSpawner.term_timeout = 2
c.Spawner.poll_interval = 5  # and is known to be gone soon after it was ended
c.Spawner.start_timeout = 120  # JupyterLab's first start on a slow disk
c.Spawner.http_timeout = 120
