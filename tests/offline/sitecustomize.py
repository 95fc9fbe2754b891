"""Put this folder on PYTHONPATH, and Python refuses the network, in its children too.

Unix sockets and loopback stay open, for Jupyter talks to its kernels through them. Children that
are not Python (git, curl) are sent to a proxy that is not there.
"""

import ipaddress
import os
import socket
import sys

DEAD = 9  # the proxy's port
NAMES = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}
PEERS = {"socket.connect", "socket.sendto", "socket.sendmsg"}

for name in ("http_proxy", "https_proxy", "all_proxy"):
    os.environ[name] = os.environ[name.upper()] = f"http://127.0.0.1:{DEAD}"
os.environ["no_proxy"] = os.environ["NO_PROXY"] = "localhost,127.0.0.1"


def local(host):
    """Is this host, a name or an address, the machine itself?"""
    host = host.decode() if isinstance(host, bytes) else host
    if host in (None, "", "localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def refuse(event, args):
    """The audit hook: raises OSError where an event would leave the machine."""
    if event in NAMES:
        host, port = args[0], None
    elif event in PEERS and args[0].family in (socket.AF_INET, socket.AF_INET6) and args[1]:
        host, port = args[1][:2]
    else:
        return
    if not local(host) or port == DEAD:
        raise OSError(f"The tests run without the network: {host} is refused.")


sys.addaudithook(refuse)
