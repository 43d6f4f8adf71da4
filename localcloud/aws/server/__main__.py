"""`python -m localcloud.aws.server DIRECTORY PORT`: serve on loopback until a signal; then take a snapshot."""

import os
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import make_server

from localcloud.aws.server.application import Application
from localcloud.aws.server.karpenter import Karpenter
from localcloud.aws.server.rds import Schedule
from localcloud.controlplane.ports import HOST
from localcloud.errors import LocalcloudError

_LOOK_S = 0.5


class _Handler(MotoRequestHandler):  # type: ignore[misc]
    protocol_version = "HTTP/1.1"  # boto3 keeps its connections

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing: requests hold secrets (I5)."""


def main() -> int:
    """Serve; 0 after a signal, 1 when what is kept cannot be read."""
    directory, port = Path(sys.argv[1]), int(sys.argv[2])
    # moto asks botocore for regions; nothing of the person's AWS configuration may reach it, nor any credentials.
    os.environ.update(AWS_ACCESS_KEY_ID="local", AWS_SECRET_ACCESS_KEY="local", AWS_EC2_METADATA_DISABLED="true")
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"  # those of AWS itself, which roles refer to
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"):
        os.environ.pop(name, None)
    try:
        application = Application(directory)
    except LocalcloudError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    server = make_server(HOST, port, application, threaded=True, request_handler=_Handler)
    ended = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        ended.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    # The memory is in `<state>/aws`, beside the control planes.
    karpenter = Karpenter(f"http://{HOST}:{port}", directory.parents[1])
    threading.Thread(target=karpenter.run, args=(ended,), daemon=True).start()
    threading.Thread(target=Schedule(f"http://{HOST}:{port}").run, args=(ended,), daemon=True).start()
    while not ended.wait(_LOOK_S):
        if application.is_due():
            application.save()
    server.shutdown()
    application.save()
    return 0


if __name__ == "__main__":
    sys.exit(main())
