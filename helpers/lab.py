"""JupyterLab on the first notebook, its sliders' messages without delay: `python -m helpers.lab`."""

import sys

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from jupyterlab.labapp import LabApp


class LowLatencyChannel(ZMQChannelsWebsocketConnection):
    """Makes sliders respond faster: Nagle's algorithm is off, "busy" messages about widgets are dropped."""

    limit_rate = False  # a slider sends many images, and measuring their rate takes time

    def connect(self):
        """Connect the page to its kernel. (Nagle's algorithm would delay an image by up to 40 ms.)"""
        self.websocket_handler.set_nodelay(True)
        return super().connect()

    def handle_outgoing_message(self, stream, outgoing_msg):
        """Pass a message on, except "busy" from a widget: the page would redraw its toolbar for it."""
        _, (_, header, parent, _, content, *_) = self.session.feed_identities(outgoing_msg)
        if not (b'"status"' in header and b'"comm_msg"' in parent and b'"busy"' in content):
            super().handle_outgoing_message(stream, outgoing_msg)


if __name__ == "__main__":  # the browser gets an address: under snap, WSL or Windows it may not read a file
    settings = """--ip=localhost --allow-root --ServerApp.root_dir=. --ServerApp.use_redirect_file=False
        --LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb
        --ServerApp.kernel_websocket_connection_class=helpers.lab.LowLatencyChannel"""
    LabApp.launch_instance(settings.split() + sys.argv[1:])
