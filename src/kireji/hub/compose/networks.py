"""A network for each student, with the hub and the proxy in it and nobody else: students'
containers cannot meet."""

import contextlib
import ipaddress
from collections.abc import Iterable

import docker

LABEL = "org.kireji.student"
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


def make(client: docker.APIClient, name: str, pool: str, internet: bool) -> None:
    """Make the network `name` unless it is there."""
    networks = client.networks()
    if any(network["Name"] == name for network in networks):
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
        labels={LABEL: name},
        check_duplicate=True,
    )


def connect(client: docker.APIClient, name: str, containers: dict[str, str]) -> None:
    """Put these containers ({alias: id}) into the network, where they are not yet."""
    present = client.inspect_network(name)["Containers"] or {}
    for alias, container in containers.items():
        if container not in present:
            client.connect_container_to_network(container, name, aliases=[alias])


def remove(client: docker.APIClient, name: str) -> None:
    """Remove the network, whoever is still in it."""
    with contextlib.suppress(docker.errors.NotFound):
        for container in client.inspect_network(name)["Containers"] or {}:
            client.disconnect_container_from_network(container, name, force=True)
        client.remove_network(name)
