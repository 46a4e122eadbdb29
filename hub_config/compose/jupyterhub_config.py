"""The hub of the compose deployment. Settings come from the environment; docker-compose.yml and
.env.example list them."""

from kireji.course.layout import find_course
from kireji.course.settings import load
from kireji.hub import course_service, departure, desk_service, door, monitoring, pages
from kireji.hub.compose import keys, service, sign_in
from kireji.hub.compose.spawner import ContainerSpawner

c = get_config()
course, settings = find_course(), load()

# The proxy has a container of its own, so that restarting the hub drops nobody.
c.ConfigurableHTTPProxy.should_start = False
c.ConfigurableHTTPProxy.api_url = "http://proxy:8001"
c.JupyterHub.cleanup_servers = False
# seconds; then a proxy that was restarted is also told its routes again
c.JupyterHub.last_activity_interval = 10
c.JupyterHub.bind_url = "http://:8000"
c.JupyterHub.hub_bind_url = "http://0.0.0.0:8081"
c.JupyterHub.hub_connect_url = "http://hub:8081"

# Where the machine has a name with subdomains, each student's server gets one.
c.JupyterHub.subdomain_host = settings.subdomain_host
c.JupyterHub.subdomain_hook = door.host_of

# State that the next start finds again.
c.JupyterHub.db_url = f"sqlite:///{course.hub / 'jupyterhub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(course.hub / "cookie_secret")

# Who: by default people sign up, and an instructor approves them at /hub/authorize.
sign_in.configure(c, course)
c.JupyterHub.load_groups = {
    course_service.INSTRUCTORS: {"users": service.instructors(course)},
    course_service.STUDENTS: {"users": []},
    desk_service.ASSISTANTS: {"users": service.assistants(course)},
}

# What: a container per person, the course service and the desk.
c.JupyterHub.spawner_class = ContainerSpawner
c.JupyterHub.services = [
    door.service(keys.make(keys.door(course))),
    service.service(keys.make(keys.course_service(course))),
    desk_service.oauth() | {"api_token": keys.make(keys.desk(course))},
    *service.culler(),
    departure.service(course),
    monitoring.service(course),
]
c.JupyterHub.load_roles = [
    door.role(),
    *service.roles(),
    desk_service.role(),
    departure.role(),
    monitoring.role(),
]
c.Proxy.extra_routes = desk_service.route(service.DESK_ADDRESS, settings.subdomain_host)

c.ContainerSpawner.image = settings.student_image
c.ContainerSpawner.mem_limit = settings.student_memory
c.ContainerSpawner.cpu_limit = settings.student_cpus
c.ContainerSpawner.disk_limit = settings.student_disk
c.ContainerSpawner.extra_host_config = {
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges"],
    "pids_limit": 512,
    "read_only": True,
    # nbgrader looks whether the exchange's root can be written, and writes nothing there.
    "tmpfs": {"/tmp": "size=1g,mode=1777", str(course.exchange): "size=1m,uid=1000"},
    "init": True,
    **({"userns_mode": settings.userns_mode} if settings.userns_mode else {}),
}

# Where a person lands: students on the welcome page, instructors on the desk.
c.Spawner.default_url = "/lab/tree/welcome.md"
c.JupyterHub.default_url = desk_service.landing_page
pages.configure(c, settings.course_name, own_accounts=settings.accounts == "signup")

# A class that comes at the same moment: on two processors each server takes several seconds, one
# after the other.
c.Spawner.start_timeout = 600
c.Spawner.http_timeout = 600
