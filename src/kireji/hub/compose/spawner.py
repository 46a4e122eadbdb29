"""A person's server: JupyterLab in a container of its own, with that person's folders and network
and no others."""

import asyncio
import socket
from functools import cached_property
from pathlib import Path

import docker
from dockerspawner import DockerSpawner
from jupyterhub.traitlets import ByteSpecification
from traitlets import default

from kireji.course import settings
from kireji.course.layout import COURSE_ID, Course
from kireji.exchange.folders import student_folders
from kireji.hub.compose import networks
from kireji.hub.course_service import INSTRUCTORS
from kireji.hub.homes import prepare_home
from kireji.hub.of_course import OfCourse
from kireji.hub.server_limits import DISK_BYTES, DISK_FILES, Disk

COMPOSE = "com.docker.compose."
# Whatever a server writes into its container's log stays on the machine's disk, and any process of
# the student can write there.
LOG = {"type": "json-file", "config": {"max-size": "5m", "max-file": "2"}}
NO_NAME_SERVER = "127.0.0.1"  # the student's own container, where none listens


def note_of(course: Course, name: str) -> Path:
    """Where the reason is left for which the server of `name` was ended; its welcome page tells it
    once."""
    return course.hub / "ended" / name


class Deployment:
    """What the hub finds out about its own deployment by looking at its own container."""

    def __init__(self, client: docker.APIClient, homes: Path) -> None:
        self.client, self.homes = client, homes
        own = client.inspect_container(socket.gethostname())
        self.hub, self.mounts = (
            own["Id"],
            {Path(mount["Destination"]): Path(mount["Source"]) for mount in own["Mounts"]},
        )
        self.project = own["Config"]["Labels"][COMPOSE + "project"]

    def on_host(self, path: Path) -> str:
        """Where the engine finds a path of the hub's volumes, for mounting a part of one."""
        target = max(
            (target for target in self.mounts if path.is_relative_to(target)),
            key=lambda one: len(one.parts),
        )
        return str(self.mounts[target] / path.relative_to(target))

    def owns(self, container: dict) -> bool:
        """Whether this deployment made a student's container. Those of earlier versions have no
        label: what they mount tells."""
        project = (container["Config"]["Labels"] or {}).get(networks.PROJECT)
        if project is not None:
            return project == self.project
        homes = Path(self.on_host(self.homes))
        return any(Path(mount["Source"]).is_relative_to(homes) for mount in container["Mounts"])

    def proxy(self) -> str:
        """The proxy's container, which may be another one than a moment ago."""
        found = self.client.containers(
            filters={"label": [f"{COMPOSE}project={self.project}", f"{COMPOSE}service=proxy"]}
        )
        return found[0]["Id"]

    def members(self) -> dict[str, str]:
        """Who else is in a student's network."""
        return {"hub": self.hub, "proxy": self.proxy()}


class ContainerSpawner(OfCourse, DockerSpawner):
    """DockerSpawner with a network for each person, and mounts of that person's own folders."""

    name_template = "{prefix}-{username}"
    remove = True  # nothing is kept in a container; the home is a mount
    use_internal_ip = True
    pull_policy = "never"  # the image is built with the deployment
    disk_limit = ByteSpecification(
        DISK_BYTES, help="Bytes of a home and of what was handed in."
    ).tag(config=True)
    allowed: Disk | None = None  # what the folders may hold while this server runs

    @cached_property
    def deployment(self) -> Deployment:
        return Deployment(self.client, self.course.homes)

    @default("prefix")
    def _prefix(self) -> str:
        return f"{self.deployment.project}-student"

    def own_mounts(self) -> dict[str, dict[str, str]]:
        """{path on the host: where the server sees it}: the home, and the person's own part of the
        exchange."""
        name, role = self.user.name, "student"
        if INSTRUCTORS in {group.name for group in self.user.groups}:
            role = "instructor"
        course = self.course
        home = prepare_home(course, name, role, walled=False, note=note_of(course, name))
        own = student_folders(course.exchange, COURSE_ID, name).make()
        seen = course.exchange / COURSE_ID
        wanted = [
            (home, Path("/home") / name, "rw"),
            (course.lab_data, course.lab_data, "ro"),
            (own.outbound, seen / "outbound", "ro"),
            (own.inbound, seen / "inbound", "rw"),
            (own.feedback, seen / "feedback", "ro"),
        ]
        return {
            self.deployment.on_host(path): {"bind": str(target), "mode": mode}
            for path, target, mode in wanted
        }

    def own_folders(self) -> list[Path]:
        """What the limit on the disk counts."""
        course = self.course
        return [
            course.homes / self.user.name,
            student_folders(course.exchange, COURSE_ID, self.user.name).inbound,
        ]

    def get_env(self) -> dict[str, str]:
        """The hub's variables, the person's name and home, and the limit before which its pages
        warn."""
        return super().get_env() | {
            "USER": self.user.name,
            "HOME": f"/home/{self.user.name}",
            "KIREJI_DISK_BYTES": str(self.disk_limit),
        }

    def load_state(self, state):
        """Forget what ran in another deployment: a restored backup names that one's containers."""
        super().load_state(state)
        own = self._object_name_default()
        if self.object_name != own:
            self.object_id, self.object_name = "", own

    async def get_object(self):
        """The server's container; None where there is none, or one of another deployment."""
        found = await super().get_object()
        if found and not await asyncio.to_thread(self.deployment.owns, found):
            self.log.error(
                networks.NOT_OURS.format("container", self.object_name, self.deployment.project)
            )
            self.object_id = ""
            return None
        return found

    async def start(self):
        """Start the server in its own network and return where it listens."""
        self.volumes = self.own_mounts()
        self.allowed = None
        await self.look_at_disk()
        self.network_name = self.object_name
        self.extra_create_kwargs = {
            "working_dir": f"/home/{self.user.name}",
            "hostname": "server",
            "labels": {networks.PROJECT: self.deployment.project},
        }
        internet = settings.value("student_internet")
        # Docker's own name server answers for the network; what it does not know it asks here, and
        # not the machine's
        if not internet:
            self.extra_host_config = {**self.extra_host_config, "dns": [NO_NAME_SERVER]}
        pool = settings.value("student_networks")
        await self.asynchronously(networks.make, self.network_name, pool, internet)
        await self.asynchronously(networks.connect, self.network_name, self.deployment.members())
        self.extra_host_config = {**self.extra_host_config, "log_config": LOG}
        return await super().start()

    async def stop(self, now=False):
        """Stop the server and take its network down."""
        if await self.get_object():
            await super().stop(now)
        await self.asynchronously(networks.remove, self.object_name)

    async def poll(self):
        """None while it runs; then also bring back the hub or the proxy where it was made anew and
        lost its networks."""
        status = await super().poll()
        if status is None:
            await self.asynchronously(networks.connect, self.object_name, self.deployment.members())
            if reason := await self.look_at_disk():
                note = note_of(self.course, self.user.name)
                note.parent.mkdir(exist_ok=True)
                note.write_text(reason)
                self.log.warning("The server of %s is ended: %s", self.user.name, reason)
                await self.stop()
                return 1
        return status

    async def look_at_disk(self) -> str | None:
        """Why the server must end, if the person's folders hold more than they may, and more than
        when it started."""
        used = await asyncio.to_thread(Disk.used_by, self.own_folders())
        if self.allowed is None:
            self.allowed = Disk(self.disk_limit, DISK_FILES).or_more(used)
        return used.reason(self.allowed)

    async def asynchronously(self, function, *arguments):
        """Run a function of `networks` in the one thread in which DockerSpawner talks to the
        engine."""
        return await asyncio.wrap_future(
            self.executor.submit(function, self.client, self.deployment.project, *arguments)
        )
