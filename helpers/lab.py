"""JupyterLab as `make lab` starts it: what a kernel says reaches the page at once."""

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection


class Prompt(ZMQChannelsWebsocketConnection):
    """Lets sliders answer sooner: no Nagle's algorithm, no word that the kernel is busy with a slider."""

    limit_rate = False  # a slider's pictures are many, and to weigh each takes time

    def connect(self):
        """Connect the page to its kernel. (Nagle's algorithm would hold a picture back for up to 40 ms.)"""
        self.websocket_handler.set_nodelay(True)
        return super().connect()

    def handle_outgoing_message(self, stream, outgoing_msg):
        """Pass a message on, but for "busy" with a widget: the page would redraw its toolbar for it."""
        _, (_, header, parent, _, content, *_) = self.session.feed_identities(outgoing_msg)
        if not (b'"status"' in header and b'"comm_msg"' in parent and b'"busy"' in content):
            super().handle_outgoing_message(stream, outgoing_msg)
