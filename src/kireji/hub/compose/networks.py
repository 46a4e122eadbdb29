"""A network for each student, with only the hub and the proxy in it: students'
containers cannot meet."""

import contextlib
import ipaddress
from collections.abc import Iterable

import docker

from kireji.errors import KirejiError

LABEL = "org.kireji.student"
PROJECT = "org.kireji.project"  # of containers and networks: the deployment that made them
NOT_OURS = (
    "The {} {!r} was made by another deployment on this engine, and is left alone. "
    "This one is {!r}: give it another name with --project-name."
)
MEMBERS = 29  # prefix length: the hub, the proxy, the student, and what Docker takes for itself


def free_subnet(pool: str, taken: Iterable[str]) -> str:
    """The first small network of `pool` that overlaps none of `taken`. ValueError if none is
    left."""
    occupied = [ipaddress.ip_network(subnet) for subnet in taken]
    for subnet in ipaddress.ip_network(pool).subnets(new_prefix=MEMBERS):
        if not any(subnet.overlaps(other) for other in occupied if other.version == subnet.version):
            return str(subnet)
    raise ValueError(
        f"all networks of {pool} are in use; give students more room with KIREJI_STUDENT_NETWORKS"
    )


def labels(project: str, name: str) -> dict[str, str]:
    """What a deployment writes on a student's network."""
    return {LABEL: name, PROJECT: project}


def is_ours(network: dict, project: str, name: str) -> bool:
    """Whether this deployment made a network. Those of earlier versions bear the name alone, which
    begins with the project's."""
    found = network["Labels"] or {}
    return found.get(LABEL) == name and found.get(PROJECT, project) == project


def make(client: docker.APIClient, project: str, name: str, pool: str, internet: bool) -> None:
    """Make the network `name` unless it is there. KirejiError if another deployment has it."""
    networks = client.networks()
    for network in networks:
        if network["Name"] == name:
            if not is_ours(network, project, name):
                raise KirejiError(NOT_OURS.format("network", name, project))
            return
    taken = [
        config["Subnet"]
        for network in networks
        for config in network["IPAM"]["Config"] or []
        if "Subnet" in config
    ]
    pools = docker.types.IPAMConfig(
        pool_configs=[docker.types.IPAMPool(subnet=free_subnet(pool, taken))]
    )
    # Without an address of the machine's in it, an internal network also does not lead to what
    # listens on the machine.
    options = {} if internet else {"com.docker.network.bridge.inhibit_ipv4": "true"}
    client.create_network(
        name,
        driver="bridge",
        internal=not internet,
        options=options,
        ipam=pools,
        labels=labels(project, name),
        check_duplicate=True,
    )


def connect(client: docker.APIClient, project: str, name: str, containers: dict[str, str]) -> None:
    """Put these containers ({alias: id}) into the network, where they are not yet. KirejiError if
    another deployment has the network."""
    network = client.inspect_network(name)
    if not is_ours(network, project, name):
        raise KirejiError(NOT_OURS.format("network", name, project))
    present = network["Containers"] or {}
    for alias, container in containers.items():
        if container not in present:
            client.connect_container_to_network(container, name, aliases=[alias])


def remove(client: docker.APIClient, project: str, name: str) -> None:
    """Remove the network and whatever is still in it; another deployment's is left alone."""
    with contextlib.suppress(docker.errors.NotFound):
        network = client.inspect_network(name)
        if not is_ours(network, project, name):
            return
        for container in network["Containers"] or {}:
            client.disconnect_container_from_network(container, name, force=True)
        client.remove_network(name)
