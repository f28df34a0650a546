"""A class on a real JupyterHub behind its real proxy. Each learner is a user of this machine, logs in, starts a server, and runs the first
cells of a lesson. The hub is restarted while they work. Arguments: the folder of the class, the proxy's program, the number of learners."""

import asyncio
import contextlib
import json
import os
import pwd
import re
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

import aiohttp

CLASS = Path(sys.argv[1])
PROXY = sys.argv[2]
LEARNERS = [f"eosin-learner-{number:02}" for number in range(int(sys.argv[3]))]
LESSON = "01-tensors.ipynb"
CELLS = 4
PATIENCE = 600

SETTINGS = """
load_subconfig({settings!r})
c.JupyterHub.spawner_class = "jupyterhub.spawner.LocalProcessSpawner"
c.JupyterHub.authenticator_class = "dummy"
c.JupyterHub.bind_url = "http://127.0.0.1:{public}"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{hub}"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{api}"
c.JupyterHub.log_level = "WARN"
"""


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Hub:
    """JupyterHub and its proxy, which outlives it."""

    def __init__(self, folder):
        self.folder = folder
        public, hub, api = free_ports(3)
        self.url = f"http://127.0.0.1:{public}"
        self.environment = os.environ | {"CONFIGPROXY_AUTH_TOKEN": secrets.token_hex(32)}
        settings = SETTINGS.format(settings=str(CLASS / "jupyterhub_config.py"), public=public, hub=hub, api=api)
        (folder / "jupyterhub_config.py").write_text(settings)
        addresses = ["--ip=127.0.0.1", f"--port={public}", "--api-ip=127.0.0.1", f"--api-port={api}"]
        routes = [f"--default-target=http://127.0.0.1:{hub}", f"--error-target=http://127.0.0.1:{hub}/hub/error"]
        self.own_url = f"http://127.0.0.1:{hub}"
        self.proxy = self.run("proxy", [PROXY, *addresses, *routes])
        self.hub = None

    def run(self, name, command):
        with open(self.folder / f"{name}.log", "a") as log:
            return subprocess.Popen(command, cwd=self.folder, env=self.environment, stdout=log, stderr=log)

    async def start(self):
        self.hub = self.run("hub", [sys.executable, "-m", "jupyterhub", "--config=jupyterhub_config.py"])
        async with aiohttp.ClientSession() as session:
            for _ in range(PATIENCE):
                assert self.hub.poll() is None, "the hub has ended"
                with contextlib.suppress(aiohttp.ClientError):
                    async with session.get(f"{self.own_url}/hub/api/") as answer:
                        if answer.ok:
                            return
                await asyncio.sleep(0.2)
        raise AssertionError("the hub does not answer")

    def stop(self):
        self.hub.send_signal(signal.SIGTERM)
        self.hub.wait(60)

    def end(self):
        for process in (self.hub, self.proxy):
            if process is not None and process.poll() is None:
                process.terminate()
                process.wait(60)


class Learner:
    def __init__(self, hub, name, number):
        self.hub, self.name, self.number = hub, name, number
        self.home = Path(pwd.getpwnam(name).pw_dir)
        self.headers, self.kernel, self.socket = {}, None, None
        self.times = {}

    async def log_in(self):
        """With name and password, as in a browser; then they get a token for their own server."""
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
            async with session.get(f"{self.hub.url}/hub/login") as page:
                hidden = re.search(r'name="_xsrf" value="([^"]+)"', await page.text())[1]
            form = {"username": self.name, "password": "any", "_xsrf": hidden}
            async with session.post(f"{self.hub.url}/hub/login", data=form, allow_redirects=False) as answer:
                assert answer.status == 302, answer.status
            # The page on which learners ask for a token.
            async with session.get(f"{self.hub.url}/hub/token") as page:
                hidden = re.search(r'xsrf_token: "([^"]+)"', await page.text())[1]
            address = f"{self.hub.url}/hub/api/users/{self.name}/tokens"
            token = await self.answered(session.post(address, headers={"X-XSRFToken": hidden}, json={"note": "cells"}))
        self.headers = {"Authorization": f"token {token['token']}"}

    @staticmethod
    async def answered(request):
        async with request as answer:
            text = await answer.text()
            assert answer.ok, f"{answer.method} {answer.url}: {answer.status} {text}"
            return json.loads(text) if text else None

    async def ask(self, method, path, **content):
        async with aiohttp.ClientSession(headers=self.headers) as session:
            return await self.answered(session.request(method, f"{self.hub.url}{path}", **content))

    async def start_server(self):
        begun = time.monotonic()
        await self.ask("POST", f"/hub/api/users/{self.name}/server")
        while not (await self.ask("GET", f"/hub/api/users/{self.name}"))["server"]:
            assert time.monotonic() - begun < PATIENCE, f"the server of {self.name} does not start"
            await asyncio.sleep(1)
        self.times["server"] = time.monotonic() - begun
        async with aiohttp.ClientSession(headers=self.headers) as session:
            async with session.get(f"{self.hub.url}/user/{self.name}/", allow_redirects=False) as answer:
                assert "/lab/tree/00-welcome.ipynb" in answer.headers["Location"]

    async def start_kernel(self):
        kernel = await self.ask("POST", f"/user/{self.name}/api/kernels", json={"name": "eosin", "path": LESSON})
        self.kernel = kernel["id"]

    async def connect(self):
        self.session = aiohttp.ClientSession(headers=self.headers)
        address = f"{self.hub.url}/user/{self.name}/api/kernels/{self.kernel}/channels"
        self.socket = await self.session.ws_connect(address, max_msg_size=0)

    async def disconnect(self):
        await self.socket.close()
        await self.session.close()

    async def run(self, code):
        """What a cell prints and gives."""
        header = {"msg_id": uuid.uuid4().hex, "msg_type": "execute_request", "username": self.name, "session": "cells", "version": "5.3"}
        content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False, "stop_on_error": True}
        request = {"channel": "shell", "header": header, "parent_header": {}, "metadata": {}, "content": content, "buffers": []}
        await self.socket.send_json(request)
        text, idle, reply = "", False, None
        while not (idle and reply):
            message = json.loads((await asyncio.wait_for(self.socket.receive(), PATIENCE)).data)
            if message["parent_header"].get("msg_id") != header["msg_id"]:
                continue
            kind, content = message["header"]["msg_type"], message["content"]
            if kind == "stream":
                text += content["text"]
            elif kind in ("execute_result", "display_data"):
                text += content["data"]["text/plain"]
            elif kind == "execute_reply":
                reply = content
            idle = idle or (kind == "status" and content["execution_state"] == "idle")
        assert reply["status"] == "ok", f"{self.name}: {code}: {reply}"
        return text

    async def begin_lesson(self):
        """The first cells, as they are in the notebook that the learner got; then a variable of their own."""
        begun = time.monotonic()
        lesson = await self.ask("GET", f"/user/{self.name}/api/contents/{LESSON}")
        cells = [cell["source"] for cell in lesson["content"]["cells"] if cell["cell_type"] == "code"]
        results = [await self.run(cell) for cell in cells[:CELLS]]
        assert "[1., 2., 3.]" in results[1] and "shape [2, 4]" in results[2], results
        self.times["cells"] = time.monotonic() - begun
        await self.run(f"let mine = Tensor::full({self.number}u32, 3, &Device::Cpu)?;")

    async def go_on(self):
        begun = time.monotonic()
        assert await self.run("mine.to_vec1::<u32>()?") == str([self.number] * 3)
        self.times["cell"] = time.monotonic() - begun

    async def attend(self):
        await self.log_in()
        await self.start_server()
        await self.start_kernel()
        await self.connect()
        await self.begin_lesson()
        await self.go_on()


async def together(tasks):
    return await asyncio.gather(*tasks)


async def check_separation(one, other):
    """What one learner can reach of the class and of another learner."""
    assert not is_possible(one, ["ls", other.home]), "a learner lists another's home"
    for path in ("eosin-workshop", f"eosin-workshop/{LESSON}"):
        assert (other.home / path).exists() and not is_possible(one, ["cat", other.home / path])
    assert not is_possible(one, ["touch", CLASS / "bin/eosin"]) and not is_possible(one, ["touch", CLASS / "new"])
    for test, complaint in ((["-writable"], "can be changed"), (["!", "-readable"], "cannot be read")):
        found = told(one, ["find", CLASS, "!", "-type", "l", *test])
        assert not found, f"{found} {complaint} by a learner"
    # The same from a cell.
    reads = f'std::fs::read_dir({json.dumps(str(other.home))}).is_err()'
    writes = f'std::fs::write({json.dumps(str(CLASS / "new"))}, "").is_err()'
    assert await one.run(reads) == "true" and await one.run(writes) == "true"
    # The other's server, and the sockets of their kernel.
    async with aiohttp.ClientSession(headers=one.headers) as session:
        async with session.get(f"{one.hub.url}/user/{other.name}/api/kernels") as answer:
            assert answer.status == 403, f"{answer.status}: a learner reaches another's server"
    connection = json.loads(next(other.home.glob(f".local/share/jupyter/runtime/kernel-{other.kernel}.json")).read_text())
    assert connection["transport"] == "ipc" and connection["ip"].startswith(str(other.home)), connection


def told(learner, command):
    done = subprocess.run(command, user=learner.name, group=learner.name, extra_groups=[], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def is_possible(learner, command):
    return subprocess.run(command, user=learner.name, group=learner.name, extra_groups=[], capture_output=True).returncode == 0


def check_homes(learners):
    for learner in learners:
        assert (learner.home / "eosin-workshop" / LESSON).is_file()
        scratch = learner.home / ".cache/eosin/scratch"
        assert list(scratch.glob("kernel-*")) and scratch.stat().st_uid == pwd.getpwnam(learner.name).pw_uid


def memory(learners):
    """Megabytes of servers and kernels; pages that several share are divided among them."""
    users = {pwd.getpwnam(learner.name).pw_uid for learner in learners}
    used = {"servers": 0, "kernels": 0}
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if process.stat().st_uid in users:
                program = os.readlink(process / "exe")
                size = int(re.search(r"^Pss:\s+(\d+)", (process / "smaps_rollup").read_text(), re.M)[1])
                used["servers" if "python" in program else "kernels"] += size / 1000
    return used


def add_users():
    remove_users()
    for name in LEARNERS:
        subprocess.run(["useradd", "--create-home", "--key", "HOME_MODE=0700", "--user-group", name], check=True)


def remove_users():
    """And all that they run."""
    for name in LEARNERS:
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name).pw_uid
            for process in Path("/proc").glob("[0-9]*"):
                with contextlib.suppress(OSError):
                    if process.stat().st_uid == user:
                        os.kill(int(process.name), signal.SIGKILL)
            time.sleep(0.1)
            subprocess.run(["userdel", "--remove", "--force", name], check=True, stderr=subprocess.DEVNULL)


def spread(values):
    values = sorted(values)
    return f"median {values[len(values) // 2]:.1f} s, last {values[-1]:.1f} s"


async def hold_class(folder):
    hub = Hub(folder)
    try:
        await hub.start()
        learners = [Learner(hub, name, number) for number, name in enumerate(LEARNERS)]
        begun = time.monotonic()
        await together(learner.attend() for learner in learners)
        print(f"{len(learners)} learners, all cells right after {time.monotonic() - begun:.1f} s")
        for part in ("server", "cells", "cell"):
            print(f"  {part}: {spread([learner.times[part] for learner in learners])}")
        print("  memory: " + ", ".join(f"{size:.0f} MB {part}" for part, size in memory(learners).items()))
        hub.stop()
        await together(learner.go_on() for learner in learners)
        print("without the hub, all go on")
        await hub.start()
        for learner in learners:
            await learner.disconnect()
            assert (await learner.ask("GET", f"/hub/api/users/{learner.name}"))["server"], f"{learner.name} has lost their server"
            await learner.connect()
        await together(learner.go_on() for learner in learners)
        print("after the hub's restart, all have their variables")
        check_homes(learners)
        await check_separation(learners[0], learners[1])
        print("learners can neither change what is shared nor reach each other")
        for learner in learners:
            await learner.disconnect()
        await together(learner.ask("DELETE", f"/hub/api/users/{learner.name}/server") for learner in learners)
    except BaseException:
        print((folder / "hub.log").read_text()[-20_000:], file=sys.stderr)
        raise
    finally:
        hub.end()


if __name__ == "__main__":
    add_users()
    try:
        with tempfile.TemporaryDirectory() as temporary:
            asyncio.run(hold_class(Path(temporary)))
    finally:
        remove_users()
