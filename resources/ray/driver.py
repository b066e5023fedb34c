# mypy: allow-untyped-calls
"""Runs trainers where Ray puts them: the program starts this beside itself and speaks with it in
lines of JSON on standard input and output. Ray decides on placement, node failure and growth. Each
trainer is an actor that starts Node on its machine and hands lines on, unread. Artifacts go by
their SHA-256, once to each machine; files that a line names come back with it.
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import json
import logging
import os
import re
import shutil
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path
from typing import Any, Callable, Iterator

import ray

Json = dict[str, Any]

PIECE_BYTES = 32 * 2**20
"""Of an artifact, one object of Ray's each."""
POLL_SECONDS = 10.0
ORPHAN_SECONDS = 100.0
"""An actor that nobody asks for so long ends itself: longer than a network is gone for a minute."""
LOST_SECONDS = 90.0
"""So long an actor may be out of reach."""
UNUSED_SECONDS = 7 * 86_400.0
"""Artifacts that nobody used for so long go."""
WAIT_SECONDS = 5.0
ANSWER_SECONDS = 8.0
CLIENT_STARTS = 3
"""A cluster starts a server for each client, by a fork of which now and then nothing comes (Ray's
issue 63202). It says so after 40 s."""
TAIL_BYTES = 4096
NODE_MAJOR = 24
HASH = re.compile(r"[0-9a-f]{64}")
FILE_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,199}")


class Fault(Exception):
    """What people are told, with one of the program's codes for it."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(code, words)
        self.code = code
        self.words = words


def cache_folder(given: str | None) -> Path:
    """Of this machine, for all trainers on it."""
    own = os.environ.get("TRADE_WORKER_CACHE") or given
    if own:
        return Path(own)
    base = os.environ.get("XDG_CACHE_HOME", "")
    return Path(base if os.path.isabs(base) else Path.home() / ".cache") / "trade-workbench" / "ray"


def machine_id() -> str:
    """The same for all that share processors, in containers too."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        import socket

        return socket.gethostname()


def here() -> str:
    return f"node {ray.util.get_node_ip_address()}"


def find_program(given: str | None) -> list[str]:
    """The command that starts a trainer here. `given`: the program's folder."""
    wanted = os.environ.get("TRADE_PROGRAM") or given or ""
    places = ["src/host/executors/ray/ray-worker.ts", "out/main/ray-worker.js", "resources/program/out/main/ray-worker.js"]
    entry = next((file for file in (Path(wanted) / place for place in places) if file.is_file()), None)
    if not wanted or entry is None:
        where = f"not in {wanted}" if wanted else "no folder is named"
        raise Fault(
            "backend.missing",
            f"The program is not on {here()} ({where}). Install it there and name its folder in TRADE_PROGRAM.",
        )
    shipped = [Path(wanted) / "node_modules/node/bin/node", Path(wanted) / "resources/node/bin/node"]
    own = os.environ.get("TRADE_NODE") or next((str(file) for file in shipped if file.is_file()), None)
    node = own or shutil.which("node")
    try:
        if node is None:
            raise FileNotFoundError("there is none on its PATH")
        version = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=20, check=True).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise Fault(
            "backend.missing",
            f"Node {NODE_MAJOR} is not on {here()} ({error}). Install it there, or name it in TRADE_NODE.",
        ) from error
    if int(version.strip().lstrip("v").split(".")[0]) < NODE_MAJOR:
        raise Fault(
            "backend.missing",
            f"Node {version.strip()} is on {here()}, and the program needs {NODE_MAJOR} or newer: install it there.",
        )
    return [node, str(entry)]


def program_on_node(given: str | None) -> Json:
    """What a node says of itself."""
    try:
        command = find_program(given)
        said = subprocess.run([*command, "--version"], capture_output=True, text=True, timeout=60, check=True).stdout
        return {"version": str(json.loads(said)["version"])}
    except Fault as fault:
        return {"problem": fault.words}
    except (OSError, subprocess.SubprocessError, ValueError, KeyError) as error:
        return {"problem": f"The program does not start on {here()}: {error}"}


class Shelf:
    """Artifacts on a machine: `files/<hash>`, and folders that are links to them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.sound: set[str] = set()
        for name in ("files", "folders", "temp", "cache"):
            (root / name).mkdir(parents=True, exist_ok=True)
        self.tidy()

    def tidy(self) -> None:
        for name in ("files", "folders"):
            for path in (self.root / name).iterdir():
                try:
                    if time.time() - path.stat().st_atime > UNUSED_SECONDS:
                        shutil.rmtree(path) if path.is_dir() else path.unlink()
                except OSError:
                    pass  # another trainer of this machine was quicker
        for path in (self.root / "temp").iterdir():
            owner = path.name.split("-")[0]
            if owner.isdigit() and not Path(f"/proc/{owner}").exists() and Path("/proc").exists():
                shutil.rmtree(path, ignore_errors=True)

    def file(self, sha256: str) -> Path:
        if HASH.fullmatch(sha256) is None:
            raise Fault("internal", f'"{sha256[:80]}" is no hash.')
        return self.root / "files" / sha256

    def has(self, sha256: str) -> bool:
        """What is there is read once by each trainer: a disk, or somebody, may have changed it."""
        path = self.file(sha256)
        if not path.is_file():
            return False
        if sha256 not in self.sound:
            if hash_of(path) != sha256:
                path.unlink(missing_ok=True)
                return False
            self.sound.add(sha256)
        touch(path)
        return True

    def keep(self, sha256: str, partial: str, piece: bytes, is_last: bool) -> None:
        """Pieces come one after the other; the last one puts the file into its place."""
        path = self.root / "temp" / f"{os.getpid()}-{partial}"
        with path.open("ab") as file:
            file.write(piece)
        if not is_last:
            return
        if hash_of(path) != sha256:
            path.unlink()
            raise Fault("trainer.failed", f"What came to {here()} is not what was sent ({sha256}): try again.")
        os.replace(path, self.file(sha256))
        self.sound.add(sha256)

    def link(self, folder: str, names: dict[str, str]) -> None:
        target = self.root / "folders" / self.file(folder).name
        if target.is_dir():
            if all(is_same(target / name, self.file(sha256)) for name, sha256 in names.items()):
                touch(target)
                return
            os.rename(target, self.root / "temp" / f"{os.getpid()}-{uuid.uuid4().hex}")
        made = self.root / "temp" / f"{os.getpid()}-{uuid.uuid4().hex}"
        made.mkdir()
        for name, sha256 in names.items():
            place = made / name
            if not place.resolve().is_relative_to(made.resolve()):
                raise Fault("internal", f'"{name}" leaves its folder.')
            place.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(self.file(sha256), place)
            except OSError:
                os.symlink(self.file(sha256), place)  # a disk without hard links
        try:
            os.rename(made, target)
        except OSError:
            shutil.rmtree(made)  # another trainer of this machine was quicker
            if not target.is_dir():
                raise


def is_same(one: Path, other: Path) -> bool:
    """One of them may have been replaced since they were linked."""
    try:
        return one.samefile(other)
    except OSError:
        return False


def touch(path: Path) -> None:
    """It was used; when it was written stays."""
    os.utime(path, ns=(time.time_ns(), path.stat().st_mtime_ns))


def hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Trainer:
    """On the machine that Ray chose: a trainer in Node, and what goes in and out of it."""

    def __init__(self, spec: Json) -> None:
        self.spec = spec
        self.process: asyncio.subprocess.Process | None = None
        self.news: list[Json] = []
        self.first = 0
        self.sent = 0
        self.heard = asyncio.Event()
        self.over: str | None = None
        self.asked = time.monotonic()
        self.tail = b""

    async def open(self) -> Json:
        """Starts Node. Gives where it runs; a fault is given, not raised, so that its code crosses."""
        try:
            command = find_program(self.spec.get("program"))
            self.shelf = Shelf(cache_folder(self.spec.get("cache")))
            self.temp = self.shelf.root / "temp" / f"{os.getpid()}-trainer"
            self.temp.mkdir()
            folders = {"root": str(self.shelf.root), "temp": str(self.temp), "cache": str(self.shelf.root / "cache")}
            told = json.dumps({"folders": folders, **self.spec["trainer"]})
            environment = {**os.environ, "TRADE_RAY_WORKER": told}
            self.process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=environment,
                limit=2**30,
            )
        except Fault as fault:
            return {"code": fault.code, "words": fault.words}
        except OSError as error:
            return disk_fault(error)
        self.tasks = [asyncio.create_task(task) for task in (self.read(), self.read_errors(), self.end_as_orphan())]
        return {"node": str(ray.util.get_node_ip_address()), "machine": machine_id(), "pid": self.process.pid}

    async def read(self) -> None:
        assert self.process is not None and self.process.stdout is not None
        async for line in self.process.stdout:
            try:
                self.tell(self.with_files(json.loads(line)))
            except (OSError, ValueError) as error:
                self.process.kill()
                self.tail = f"Its line could not be handed on: {error}".encode()
        code = await self.process.wait()
        words = self.tail.decode("utf8", "replace").strip()
        self.over = f"it ended with code {code} on {here()}" + (f". Its last words:\n{words}" if words else "")
        shutil.rmtree(self.temp, ignore_errors=True)
        self.heard.set()

    def with_files(self, line: Json) -> Json:
        """Its files are read, and removed: the host has them from now on."""
        names = [str(name) for name in line.pop("files", [])]
        files = {}
        for name in names:
            if FILE_NAME.fullmatch(name) is None:
                raise ValueError(f'"{name[:80]}" is no name of a file')
            files[name] = (self.temp / name).read_bytes()
            (self.temp / name).unlink()
        return {"line": line, "files": files}

    async def read_errors(self) -> None:
        assert self.process is not None and self.process.stderr is not None
        while chunk := await self.process.stderr.read(TAIL_BYTES):
            self.tail = (self.tail + chunk)[-TAIL_BYTES:]

    def tell(self, news: Json) -> None:
        self.news.append(news)
        self.heard.set()

    async def end_as_orphan(self) -> None:
        while time.monotonic() - self.asked < ORPHAN_SECONDS:
            await asyncio.sleep(1)
        self.end()

    def end(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
        shutil.rmtree(self.temp, ignore_errors=True)
        os._exit(0)

    async def poll(self, known: int) -> Json:
        """News from number `known` on, which are kept until the next one asks for later ones."""
        self.asked = time.monotonic()
        del self.news[: max(0, known - self.first)]
        self.first = max(self.first, known)
        if not self.news and self.over is None:
            self.heard.clear()
            try:
                await asyncio.wait_for(self.heard.wait(), POLL_SECONDS)
            except TimeoutError:
                pass
            except asyncio.TimeoutError:
                pass
        news = list(self.news)
        return {"first": self.first, "news": news, "over": self.over}

    async def missing(self, hashes: list[str]) -> list[str]:
        self.asked = time.monotonic()
        return [sha256 for sha256 in hashes if not await asyncio.to_thread(self.shelf.has, sha256)]

    async def keep(self, sha256: str, partial: str, piece: bytes, is_last: bool) -> Json | None:
        self.asked = time.monotonic()
        try:
            await asyncio.to_thread(self.shelf.keep, sha256, partial, piece, is_last)
            return None
        except Fault as fault:
            return {"code": fault.code, "words": fault.words}
        except OSError as error:
            return disk_fault(error)

    async def send(self, number: int, line: str, folders: dict[str, dict[str, str]]) -> Json | None:
        """The same number twice counts once: a call may have been repeated."""
        if number <= self.sent or self.process is None or self.process.stdin is None:
            return None
        try:
            for folder, names in folders.items():
                self.shelf.link(folder, names)
            self.sent = number
            self.process.stdin.write(line.encode() + b"\n")
            await self.process.stdin.drain()
            return None
        except Fault as fault:
            return {"code": fault.code, "words": fault.words}
        except ConnectionError:
            return None  # its end is told by the next poll
        except OSError as error:
            return disk_fault(error)


def disk_fault(error: OSError) -> Json:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return {"code": "disk.full", "words": f"The disk of {here()} is full ({error.filename}): make room there."}
    return {"code": "backend.missing", "words": f"On {here()}: {error}"}


class Driver:
    """Beside the program: its trainers, and the artifacts that they want."""

    def __init__(self, out: Any) -> None:
        self.out = out
        self.actors: dict[int, Any] = {}
        self.numbers: dict[int, int] = {}
        self.known: dict[int, set[str]] = {}
        self.queues: dict[int, asyncio.Queue[Json]] = {}
        self.tasks: set[asyncio.Task[None]] = set()
        self.temps: dict[int, tuple[str, str]] = {}

    def tell(self, said: Json) -> None:
        self.out.write(json.dumps(said).encode() + b"\n")
        self.out.flush()

    def hear(self, said: Json) -> None:
        number = int(said["id"])
        if said["do"] == "open":
            self.queues[number] = asyncio.Queue()
            self.begin(number, self.open(number, said["spec"]))
        elif said["do"] == "send" and number in self.queues:
            self.queues[number].put_nowait(said)
        elif said["do"] == "kill":
            self.gone(number, "it was ended")

    def begin(self, number: int, work: Any) -> None:
        async def guarded() -> None:
            try:
                await work
            except Fault as fault:
                self.gone(number, fault.words, fault.code)
            except Exception as error:  # Ray's own, of many kinds
                # Where nothing can be asked of the cluster any more, `serve` ends and says why.
                if not is_lost():
                    self.gone(number, in_words(error))

        task = asyncio.get_running_loop().create_task(guarded())
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def gone(self, number: int, words: str, code: str | None = None) -> None:
        if self.queues.pop(number, None) is None:
            return
        actor = self.actors.pop(number, None)
        self.tell({"is": "gone", "id": number, "words": words, "code": code})
        if actor is not None:
            ray.kill(actor)

    async def open(self, number: int, spec: Json) -> None:
        options = {"num_cpus": spec["cpus"], "num_gpus": spec["gpus"], "max_restarts": 0, "max_concurrency": 100}
        actor: Any = ray.remote(Trainer).options(**options).remote(spec)
        self.actors[number] = actor
        opening = asyncio.ensure_future(awaited(actor.open.remote()))
        while not (await asyncio.wait([opening], timeout=WAIT_SECONDS))[0]:
            if number not in self.queues:
                opening.cancel()
                return
            self.tell({"is": "waiting", "id": number, "words": waiting_words(spec)})
        opened = opening.result()
        if "words" in opened:
            raise Fault(opened["code"], opened["words"])
        self.numbers[number] = 0
        self.known[number] = set()
        self.tell({"is": "opened", "id": number, **opened})
        self.begin(number, self.post(number, actor))
        await self.follow(number, actor)

    async def follow(self, number: int, actor: Any) -> None:
        known = 0
        while number in self.queues:
            answer = await reached(lambda: actor.poll.remote(known))
            for news in answer["news"]:
                known += 1
                self.hand_over(number, news)
            if answer["over"] is not None:
                return self.gone(number, answer["over"])

    def hand_over(self, number: int, news: Json) -> None:
        """Files first: a line that names one comes after it."""
        temp, job = self.temps.get(number, (None, ""))
        for name, content in news["files"].items():
            is_of_job = name.startswith((f"{job}-", f"{job}."))
            if temp is None or not is_of_job or FILE_NAME.fullmatch(name) is None:
                raise Fault("trainer.failed", f'A worker sent a file "{name[:80]}" that nobody asked for.')
            try:
                (Path(temp) / name).write_bytes(content)
            except OSError as error:
                if error.errno == errno.ENOSPC:
                    raise Fault("disk.full", f"The disk of this machine is full ({error}): make room.") from error
                raise
        self.tell({"is": "line", "id": number, "line": news["line"]})

    async def post(self, number: int, actor: Any) -> None:
        queue = self.queues[number]
        while number in self.queues:
            said = await queue.get()
            if "temp" in said:
                self.temps[number] = (said["temp"], said["job"])
            await self.carry(number, actor, said.get("files", {}))
            self.numbers[number] += 1
            at, line, folders = self.numbers[number], json.dumps(said["line"]), said.get("folders", {})
            fault = await reached(lambda: actor.send.remote(at, line, folders))
            if fault is not None:
                raise Fault(fault["code"], fault["words"])

    async def carry(self, number: int, actor: Any, files: dict[str, str]) -> None:
        """`files`: paths by their hashes. Pieces of the same artifact are one object for all."""
        unknown = [sha256 for sha256 in files if sha256 not in self.known[number]]
        if not unknown:
            return
        for sha256 in await reached(lambda: actor.missing.remote(unknown)):
            partial = uuid.uuid4().hex
            for piece, is_last in pieces(Path(files[sha256])):
                ref = await asyncio.to_thread(ray.put, piece)
                fault = await awaited(actor.keep.remote(sha256, partial, ref, is_last))
                if fault is not None:
                    raise Fault(fault["code"], fault["words"])
                self.tell({"is": "carrying", "id": number})
        self.known[number].update(unknown)


def pieces(path: Path) -> Iterator[tuple[bytes, bool]]:
    with path.open("rb") as file:
        piece = file.read(PIECE_BYTES)
        while True:
            following = file.read(PIECE_BYTES)
            yield piece, not following
            if not following:
                return
            piece = following


async def awaited(ref: Any) -> Any:
    return await ref


async def reached(call: Any) -> Any:
    """What an actor answers; where it is out of reach for a while, it is asked again."""
    since: float | None = None
    while True:
        try:
            return await call()
        except ray.exceptions.ActorUnavailableError as error:
            since = since or time.monotonic()
            if time.monotonic() - since > LOST_SECONDS:
                raise Fault("lost", f"It was out of reach for {LOST_SECONDS:.0f} s.") from error
            await asyncio.sleep(1)


def is_lost() -> bool:
    """Ray's client has given the cluster up, and comes back by no way but a new start."""
    return not ray.is_initialized()


def in_words(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    told = dict.fromkeys([lines[0], lines[-1]]) if lines else [type(error).__name__]  # of a trace, the cause
    return " ".join(told)[:500]


def total(resources: dict[str, float], name: str) -> float:
    return round(resources.get(name, 0), 3)


def waiting_words(spec: Json) -> str:
    wanted = f"{spec['cpus']} CPU" + (f" and {spec['gpus']} GPU" if spec["gpus"] else "")
    try:
        free, has = ray.available_resources(), ray.cluster_resources()
    except Exception as error:
        return f"Ray does not say what is free: {in_words(error)}"
    names = ["CPU", *(["GPU"] if spec["gpus"] else [])]
    told = ", ".join(f"{total(free, name):g} of {total(has, name):g} {name}" for name in names)
    return f"waiting for {wanted} of the cluster: {told} are free"


def describe(spec: Json) -> Json:
    """Nodes with what they have, what of it is free, and what waits."""
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    alive = [node for node in ray.nodes() if node["Alive"]]
    probe = ray.remote(program_on_node)
    asked = []
    for node in alive:
        strategy = NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)
        asked.append(probe.options(num_cpus=0, scheduling_strategy=strategy, max_retries=0).remote(spec.get("program")))
    ready, _ = ray.wait(asked, num_returns=len(asked), timeout=60)
    free = ray.available_resources()
    has = ray.cluster_resources()
    nodes = []
    for node, ref in zip(alive, asked):
        try:
            said = ray.get(ref) if ref in ready else {"problem": "It did not answer within 60 s."}
        except Exception as error:
            said = {"problem": in_words(error)}
        own = node["Resources"]
        nodes.append(
            {
                "id": node["NodeID"],
                "address": node["NodeManagerAddress"],
                "cpus": total(own, "CPU"),
                "gpus": total(own, "GPU"),
                "memory": int(own.get("memory", 0)),
                **said,
            }
        )
    return {
        "nodes": nodes,
        "cpus": {"total": total(has, "CPU"), "free": total(free, "CPU")},
        "gpus": {"total": total(has, "GPU"), "free": total(free, "GPU")},
    }


def connect(address: str, tell: Callable[[Json], None]) -> None:
    """Blocks. Ray itself takes half a minute to find out that something else answers there."""
    import grpc

    with grpc.insecure_channel(address.removeprefix("ray://")) as channel:
        try:
            grpc.channel_ready_future(channel).result(timeout=ANSWER_SECONDS)
        except grpc.FutureTimeoutError as error:
            raise ConnectionError("what answers there is not Ray") from error
    for left in reversed(range(CLIENT_STARTS)):
        try:
            ray.init(address=address, namespace="trade-workbench", log_to_driver=False, logging_level=logging.ERROR)
            return
        except ConnectionAbortedError as error:
            if "Starting Ray client server failed" not in str(error):
                raise
            if left == 0:
                advice = "Start Ray there with GRPC_ENABLE_FORK_SUPPORT=0 in its environment."
                raise ConnectionError(f"its server for clients did not start {CLIENT_STARTS} times. {advice}") from error
            attempts = "1 more attempt" if left == 1 else f"{left} more attempts"
            tell({"is": "again", "words": f"the cluster's server for clients did not start: {attempts}"})


async def serve(out: Any) -> None:
    driver = Driver(out)
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()

    def listen() -> None:
        for line in sys.stdin.buffer:
            loop.call_soon_threadsafe(driver.hear, json.loads(line))
        loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=listen, daemon=True).start()
    parent = os.getppid()
    while not ended.is_set() and os.getppid() == parent:
        if is_lost():
            print("The cluster was out of reach for longer than Ray's client waits.", file=sys.stderr, flush=True)
            os._exit(1)  # there is nothing left to take leave of, and a thread that reads cannot be joined
        try:
            await asyncio.wait_for(ended.wait(), 1)
        except (TimeoutError, asyncio.TimeoutError):
            pass
    for number in list(driver.queues):
        driver.gone(number, "the driver is ending")


def main() -> None:
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    order = json.loads(sys.argv[1])
    driver = Driver(out)
    try:
        connect(order["address"], driver.tell)
        driver.tell({"is": "connected", "ray": ray.__version__, "python": sys.version.split()[0]})
        if order["do"] == "describe":
            driver.tell({"is": "described", "cluster": describe(order)})
        else:
            asyncio.run(serve(out))
    except Exception as error:
        driver.tell({"is": "refused", "words": in_words(error)})
        sys.exit(1)
    finally:
        ray.shutdown()


if __name__ == "__main__":
    main()
