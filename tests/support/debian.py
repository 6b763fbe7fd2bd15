"""Programs that single tests need and building does not: from Debian, installed when they are missing and we may."""
import glob
import os
import shutil
import subprocess


def program(name, packages, *places):
    """Its path, from the search path or the last of `places` (patterns)."""
    found = _find(name, places)
    if not found and os.geteuid() == 0:
        # RUNLEVEL: no server is to start with its package.
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
        for arguments in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
            subprocess.run(["apt-get", "-q", *arguments], check=True, stdout=subprocess.DEVNULL, env=environment)
        found = _find(name, places)
    if not found:
        raise AssertionError(f"this test needs `{name}`, of Debian's {', '.join(packages)}")
    return found


def _find(name, places):
    return shutil.which(name) or next((path for place in places for path in sorted(glob.glob(place))[-1:]), None)
