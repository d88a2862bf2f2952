"""What a container is made with, and what inspecting it tells of that."""

from contracts.scenarios.making import created, ended, started, stopped
from harness.model.spec import Json
from harness.model.stage import Stage
from harness.model.tables import Tier

TIER = Tier.SCOPED


def test_a_container_is_made_with_limits(engine: Stage) -> None:
    """Limits of memory, processors and processes are told as they were given."""
    host: dict[str, Json] = {
        "Memory": 67108864,
        "MemorySwap": 134217728,
        "MemoryReservation": 33554432,
        "MemorySwappiness": 60,
        "KernelMemory": 0,
        "OomKillDisable": False,
        "OomScoreAdj": 500,
        "CpuShares": 512,
        "CpuPeriod": 100000,
        "CpuQuota": 50000,
        "CpuRealtimePeriod": 0,
        "CpuRealtimeRuntime": 0,
        "CpusetCpus": "0",
        "CpusetMems": "0",
        "PidsLimit": 100,
        "BlkioWeight": 300,
        "BlkioWeightDevice": [],
        "BlkioDeviceReadBps": [],
        "BlkioDeviceReadIOps": [],
        "BlkioDeviceWriteBps": [],
        "BlkioDeviceWriteIOps": [],
        "CgroupParent": "",
        "Cgroup": "",
        "ShmSize": 33554432,
        "Ulimits": [{"Name": "nofile", "Soft": 1024, "Hard": 2048}],
        "DiskQuota": 0,
        "CpuCount": 0,
        "CpuPercent": 0,
        "IOMaximumIOps": 0,
        "IOMaximumBandwidth": 0,
        "Isolation": "default",
        "Runtime": "runc",
        "StorageOpt": {},
    }
    name = ended(engine, "limited", "true", host=host)
    engine.call("ContainerInspect", at=name)
    name = created(engine, "nano", "true", host={"NanoCpus": 500000000})
    engine.call("ContainerInspect", at=name)
    old: Json = [{"Key": "lxc.utsname", "Value": "contract"}]
    created(engine, "lxc", "true", host={"LxcConf": old})


def test_limits_are_refused(engine: Stage) -> None:
    """Limits that are too small, or do not go together, make no container."""
    refused: tuple[dict[str, Json], ...] = (
        {"CpuShares": 1},
        {"CpuShares": 300000},
        {"CpuShares": -1},
        {"CpuPeriod": 10},
        {"CpuQuota": 10},
        {"CpusetCpus": "64-65"},
        {"NanoCpus": 500000000, "CpuPeriod": 100000},
        {"NanoCpus": 1000000000000},
        {"Memory": 1024},
        {"Memory": 67108864, "MemorySwap": 33554432},
        {"MemorySwap": 67108864},
        {"MemoryReservation": 134217728, "Memory": 67108864},
        {"MemorySwappiness": 101},
        {"OomScoreAdj": 2000},
        {"BlkioWeight": 5},
        {"ShmSize": -1},
        {"Ulimits": [{"Name": "nothing", "Soft": 1, "Hard": 1}]},
        {"Ulimits": [{"Name": "nofile", "Soft": 2, "Hard": 1}]},
        {"RestartPolicy": {"Name": "sometimes"}},
        {"RestartPolicy": {"Name": "always", "MaximumRetryCount": 2}},
        {"RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": -1}},
        {"RestartPolicy": {"Name": "always"}, "AutoRemove": True},
        {"Runtime": "none"},
        {"Isolation": "nowhere"},
        {"LogConfig": {"Type": "none", "Config": {"labels": "colour"}}},
        {"CapAdd": ["NOTHING"]},
        {"Sysctls": {"kernel.nothing": "1"}},
        {"PidMode": "container:"},
        {"IpcMode": "nowhere"},
        {"UTSMode": "nowhere"},
        {"UsernsMode": "nowhere"},
        {"NetworkMode": "container:docker-contract-unknown"},
        {"NetworkMode": "docker-contract-unknown"},
    )
    for number, host in enumerate(refused):
        created(engine, f"refused-{number}", "true", host=host)


def test_a_container_is_made_with_a_process_of_its_own(engine: Stage) -> None:
    """What the process is, sees and may do is told as it was given."""
    policy: Json = {"Name": "on-failure", "MaximumRetryCount": 2}
    health: dict[str, Json] = {"Interval": 1000000000, "Timeout": 1000000000, "Retries": 2}
    name = ended(
        engine,
        "process",
        *("-c", 'test "$COLOUR" = blue && test "$(id -u)" = 0 && pwd'),
        Entrypoint=["sh"],
        Hostname="contract",
        Domainname="contract.test",
        User="0:0",
        Env=["COLOUR=blue", "EMPTY=", "UNSET"],
        Labels={**engine.labels, "colour": "blue", "empty": ""},
        WorkingDir="/root",
        StopSignal="SIGUSR1",
        StopTimeout=3,
        Shell=["/bin/sh", "-c"],
        OnBuild=[],
        ArgsEscaped=False,
        NetworkDisabled=False,
        AttachStdin=False,
        AttachStdout=True,
        AttachStderr=True,
        OpenStdin=False,
        StdinOnce=False,
        Tty=False,
        Healthcheck={"Test": ["CMD", "true"], "StartPeriod": 2000000000, **health},
        host={
            "Init": False,
            "Privileged": False,
            "CapAdd": ["CHOWN"],
            "CapDrop": ["MKNOD"],
            "SecurityOpt": ["no-new-privileges"],
            "GroupAdd": ["1000"],
            "IpcMode": "private",
            "PidMode": "",
            "UTSMode": "",
            "UsernsMode": "",
            "ReadonlyRootfs": True,
            "Devices": [],
            "DeviceCgroupRules": [],
            "LxcConf": [],
            "ConsoleSize": [24, 80],
            "ContainerIDFile": "",
            "RestartPolicy": policy,
            "LogConfig": {"Type": "json-file", "Config": {"max-size": "1m", "labels": "colour"}},
            "Sysctls": {"net.ipv4.ip_forward": "0"},
        },
    )
    engine.call("ContainerInspect", at=name)
    engine.call("ContainerLogs", at=name, stdout=True, details=True)


def test_a_container_tells_its_health(engine: Stage) -> None:
    """A container with a health check becomes healthy, and its inspection tells of the checks."""
    check: Json = {"Test": ["CMD-SHELL", "true"], "Interval": 500000000, "Retries": 1}
    name = started(engine, "healthy", Healthcheck=check)
    if engine.call("ContainerInspect", at=name).at("/State/Health") is not None:
        engine.until("ContainerInspect", "/State/Health/Status", "healthy", at=name)
    engine.call("ContainerInspect", at=name)
    engine.call("ContainerList", filters={"health": ["healthy"], "name": [name]})
    engine.call("ContainerKill", at=name)


def test_a_container_is_made_with_storage(engine: Stage) -> None:
    """Volumes by name, without one, of another container and in memory are mounted."""
    volume, other = engine.name("volume"), engine.name("other")
    engine.call("VolumeCreate", {"Name": volume, "Labels": engine.labels})
    options: Json = {
        "NoCopy": True,
        "Labels": engine.labels,
        "DriverConfig": {"Name": "local", "Options": {}},
    }
    mounts: list[Json] = [
        {
            "Type": "volume",
            "Source": other,
            "Target": "/mounted",
            "ReadOnly": True,
            "Consistency": "default",
            "VolumeOptions": options,
        },
        {
            "Type": "tmpfs",
            "Target": "/memory",
            "TmpfsOptions": {"SizeBytes": 1048576, "Mode": 448},
        },
    ]
    name = ended(
        engine,
        "storing",
        *("sh", "-c", "echo hello > /bound/greeting && cat /proc/mounts"),
        Volumes={"/anonymous": {}},
        host={
            "Binds": [f"{volume}:/bound:rw", f"{volume}:/read:ro"],
            "VolumeDriver": "local",
            "Tmpfs": {"/scratch": "rw,size=65536"},
            "Mounts": mounts,
        },
    )
    engine.call("ContainerInspect", at=name)
    engine.call("ContainerList", all=True, filters={"volume": [volume]})
    heir = created(engine, "heir", "true", host={"VolumesFrom": [f"{name}:ro"]})
    engine.call("ContainerInspect", at=heir)
    lender = created(engine, "lender", "true", host={"Binds": [f"{volume}:/lent"]})
    borrower = created(engine, "borrower", "true", host={"VolumesFrom": [f"{lender}:ro"]})
    engine.call("ContainerInspect", at=borrower)
    engine.call("VolumeList", filters={"name": [volume], "dangling": ["false"]})
    engine.call("VolumeDelete", at=volume)
    engine.call("ContainerDelete", at=borrower, v=True)
    engine.call("ContainerDelete", at=lender, v=True)
    engine.call("ContainerDelete", at=name, v=True, force=True)
    engine.call("VolumeDelete", at=volume)
    engine.call("VolumeDelete", at=other, force=True)


def test_storage_is_refused(engine: Stage) -> None:
    """Mounts that contradict themselves make no container."""
    target: dict[str, Json] = {"Target": "/mounted"}
    volume: dict[str, Json] = {**target, "Type": "volume", "Source": engine.name("volume")}
    memory: dict[str, Json] = {**target, "Type": "tmpfs"}
    refused: tuple[dict[str, Json], ...] = (
        {"Binds": ["relative"]},
        {"Binds": ["no name:/mounted"]},
        {"Binds": [f"{engine.name('volume')}:/mounted:sometimes"]},
        {"VolumesFrom": ["docker-contract-unknown"]},
        {"Tmpfs": {"relative": ""}},
        {"Tmpfs": {"/scratch": "size=many"}},
        {"Mounts": [{**target, "Type": "nowhere"}]},
        {"Mounts": [{**volume, "Target": ""}]},
        {"Mounts": [{**volume, "BindOptions": {"Propagation": "shared"}}]},
        {"Mounts": [{**volume, "Source": "/"}]},
        {"Mounts": [{**memory, "Source": "here"}]},
        {"Mounts": [{**memory, "TmpfsOptions": {"SizeBytes": -1}}]},
        {"Mounts": [memory, memory]},
        {"Mounts": [{**target, "Type": "bind", "Source": ""}]},
    )
    for number, host in enumerate(refused):
        created(engine, f"refused-{number}", "true", host=host)


def test_a_container_is_made_with_a_network(engine: Stage) -> None:
    """Ports, names and addresses on the default network are told as they were given."""
    peer = started(engine, "peer", host={"NetworkMode": "default"})
    name = started(
        engine,
        "networked",
        ExposedPorts={"80/tcp": {}, "53/udp": {}},
        PortSpecs=[],
        MacAddress="02:42:ac:11:00:42",
        host={
            "NetworkMode": "default",
            "PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": ""}]},
            "PublishAllPorts": False,
            "Dns": ["127.0.0.1"],
            "DnsOptions": ["ndots:1"],
            "DnsSearch": ["contract.test"],
            "ExtraHosts": ["contract:127.0.0.1"],
            "Links": [f"{peer}:friend"],
        },
    )
    engine.call("ContainerInspect", at=name)
    engine.call("ContainerList", filters={"name": [name]})
    sharing = created(engine, "sharing", "true", host={"NetworkMode": f"container:{peer}"})
    engine.call("ContainerInspect", at=sharing)
    engine.call("ContainerDelete", at=f"{name}/friend", link=True)
    engine.call("ContainerKill", at=name)
    engine.call("ContainerKill", at=peer)


def test_a_network_is_refused(engine: Stage) -> None:
    """Ports, names and addresses that are none make no container."""
    refused: tuple[dict[str, Json], ...] = (
        {"ExtraHosts": ["nothing"]},
        {"Dns": ["not an address"]},
        {"Links": ["docker-contract-unknown"]},
        {"PortBindings": {"eighty/tcp": [{"HostPort": ""}]}},
        {"PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "many"}]}},
        {"NetworkMode": "container:docker-contract-unknown", "Dns": ["127.0.0.1"]},
    )
    for number, host in enumerate(refused):
        created(engine, f"refused-{number}", "true", host={"NetworkMode": "default", **host})
    created(engine, "hostname", "true", Hostname="not a name")
    created(engine, "mac", "true", MacAddress="not an address")
    created(engine, "exposed", "true", ExposedPorts={"eighty": {}})
    created(engine, "signal", "true", StopSignal="NOTHING")
    created(engine, "health", "true", Healthcheck={"Test": ["CMD", "true"], "Interval": 1})


def test_a_start_brings_settings_of_its_own(engine: Stage) -> None:
    """Old clients gave the settings of the host with the start."""
    name = created(engine, "late", "true")
    bindings: Json = {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": ""}]}
    settings: dict[str, Json] = {
        "NetworkMode": "none",
        "Memory": 67108864,
        "MemorySwap": 134217728,
        "CpuShares": 512,
        "CpusetCpus": "0",
        "Binds": [],
        "Links": [],
        "LxcConf": [],
        "PortBindings": bindings,
        "PublishAllPorts": False,
        "Privileged": False,
        "ReadonlyRootfs": True,
        "Dns": ["127.0.0.1"],
        "DnsSearch": ["contract.test"],
        "ExtraHosts": ["contract:127.0.0.1"],
        "CapAdd": ["CHOWN"],
        "CapDrop": ["MKNOD"],
        "RestartPolicy": {"Name": "", "MaximumRetryCount": 0},
        "VolumesFrom": [],
        "Devices": [],
        "Ulimits": [{"Name": "nofile", "Soft": 1024, "Hard": 2048}],
        "LogConfig": {"Type": "json-file", "Config": {}},
        "SecurityOpt": ["no-new-privileges"],
        "CpuPeriod": 100000,
        "CpuQuota": 50000,
        "CpusetMems": "0",
        "MemoryReservation": 33554432,
        "MemorySwappiness": 60,
        "KernelMemory": 0,
        "OomKillDisable": False,
        "OomScoreAdj": 500,
        "PidsLimit": 100,
        "BlkioWeight": 300,
        "BlkioWeightDevice": [],
        "BlkioDeviceReadBps": [],
        "BlkioDeviceReadIOps": [],
        "BlkioDeviceWriteBps": [],
        "BlkioDeviceWriteIOps": [],
        "ShmSize": 33554432,
        "CgroupParent": "",
        "ContainerIDFile": "",
        "DnsOptions": ["ndots:1"],
        "GroupAdd": ["1000"],
        "IpcMode": "",
        "PidMode": "",
        "UsernsMode": "",
        "VolumeDriver": "",
        "Tmpfs": {"/scratch": "rw,size=65536"},
    }
    engine.call("ContainerStart", settings, at=name)
    stopped(engine, name)
    engine.call("ContainerInspect", at=name)
    engine.call("ContainerStart", {}, at=name)
    stopped(engine, name)
    engine.call("ContainerStart", b"{", at=name, media_type="application/json")
    engine.call("ContainerStart", at=name, checkpoint="none")
