"""JupyterLab as `make lab` starts it: what a kernel says reaches the page at once."""

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection


class Prompt(ZMQChannelsWebsocketConnection):
    """Switches off Nagle's algorithm, which holds a slider's picture back for up to 40 ms."""

    def connect(self):
        """Connect the page to its kernel."""
        self.websocket_handler.set_nodelay(True)
        return super().connect()
