"""A class in JupyterHub. Written by `eosin class setup`, and written anew each time that it runs: change nothing here, but load it with
`load_subconfig` in a file of your own, and overrule below that line what should be different."""

import os
import sys

c = get_config()  # noqa: F821

# A seat: Eosin brings the notebooks to the learner's home, then becomes the server. JupyterHub starts it as the learner.
c.Spawner.cmd = ["/opt/eosin/bin/eosin", "class", "seat", "--dir", "/opt/eosin"]
c.Spawner.environment = {
    # Where seats find the C linker.
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    # How many cores one training run uses; without a limit each uses all.
    "RAYON_NUM_THREADS": "2",
}
# When thirty servers start at once, the last one takes a while.
c.Spawner.start_timeout = 300
c.Spawner.http_timeout = 300

# Limits for each learner. systemd enforces them; without it nobody does.
if os.path.isdir("/run/systemd/system"):
    c.JupyterHub.spawner_class = "systemd"
    c.SystemdSpawner.mem_limit = "3G"
    c.SystemdSpawner.cpu_limit = 2.0
    c.SystemdSpawner.isolate_tmp = True

# Who may log in: the members of a group of this machine.
c.LocalAuthenticator.allowed_groups = {"learners"}

# The hub can be restarted while learners work: servers go on, and so does the proxy, which is a service of its own.
c.JupyterHub.cleanup_servers = False
c.ConfigurableHTTPProxy.should_start = False

# A server that nobody has used for two hours is stopped.
c.JupyterHub.services.append(
    {"name": "idle-culler", "command": [sys.executable, "-m", "jupyterhub_idle_culler", "--timeout=7200"]}
)
c.JupyterHub.load_roles.append(
    {
        "name": "idle-culler",
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
        "services": ["idle-culler"],
    }
)
