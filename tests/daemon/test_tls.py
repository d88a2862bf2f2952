import contextlib
import shutil
import socket
import ssl
import subprocess
import threading

import pytest

from harness.daemon.address import Address
from harness.daemon.tls import TlsSettings
from harness.daemon.transport import Daemon
from harness.model.call import Call
from harness.model.errors import DaemonError
from harness.model.version import ApiVersion

pytestmark = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="there is no openssl to make certificates with"
)
PING = Call(operation="SystemPing", method="GET", path="/_ping")


def certify(folder, name, *, host="127.0.0.1"):
    cert, key = folder / f"{name}-cert.pem", folder / f"{name}-key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-days", "2", "-subj", f"/CN={name}", "-keyout", str(key)]
    command += ["-addext", f"subjectAltName=IP:{host}", "-out", str(cert)]
    subprocess.run(command, check=True, capture_output=True)
    return cert, key


def _answer(listener, context):
    while True:
        try:
            plain, _ = listener.accept()
        except OSError:
            return
        with contextlib.suppress(OSError), context.wrap_socket(plain, server_side=True) as peer:
            while peer.recv(65536):
                peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK")


@pytest.fixture
def secure(folder):
    """Start a daemon that speaks TLS with "daemon-cert.pem", and asks for "person-cert.pem"."""
    with contextlib.ExitStack() as stack:

        def start(*, host="127.0.0.1", mutual=False):
            cert, key = certify(folder, "daemon", host=host)
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(cert, key)
            if mutual:
                context.verify_mode = ssl.CERT_REQUIRED
                context.load_verify_locations(certify(folder, "person")[0])
            listener = socket.create_server(("127.0.0.1", 0))
            stack.callback(listener.close)
            stack.callback(listener.shutdown, socket.SHUT_RDWR)
            threading.Thread(target=_answer, args=(listener, context), daemon=True).start()
            return listener.getsockname()[1]

        yield start


def ping(port, tls):
    address = Address(host="127.0.0.1", port=port, tls=tls)
    with Daemon(address) as daemon:
        replies = [daemon.ask(PING, ApiVersion(1, 30), deadline=5, limit=9) for _ in range(2)]
    return [reply.body for reply in replies]


def test_a_daemon_of_the_given_authority_is_trusted(folder, secure):
    assert ping(secure(), TlsSettings(ca=folder / "daemon-cert.pem")) == [b"OK", b"OK"]


def test_a_daemon_is_not_verified_where_nobody_asks_for_it(folder, secure):
    assert ping(secure(), TlsSettings(verify=False)) == [b"OK", b"OK"]


def test_a_client_certificate_is_shown(folder, secure):
    tls = TlsSettings(
        ca=folder / "daemon-cert.pem",
        cert=folder / "person-cert.pem",
        key=folder / "person-key.pem",
    )
    assert ping(secure(mutual=True), tls) == [b"OK", b"OK"]


def test_a_daemon_of_another_authority_is_not_trusted(folder, secure):
    with pytest.raises(DaemonError, match=r"its certificate is not trusted \(.*right CA file"):
        ping(secure(), TlsSettings())


def test_a_certificate_for_another_host_is_not_trusted(folder, secure):
    with pytest.raises(DaemonError, match=r"its certificate is not trusted .*IP address mismatch"):
        ping(secure(host="127.0.0.2"), TlsSettings(ca=folder / "daemon-cert.pem"))


def test_a_daemon_that_speaks_no_tls_is_told(folder):
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer():
            with listener.accept()[0] as peer:
                peer.recv(9)
                peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(DaemonError, match=r"does not speak TLS as asked .*check the port"):
            ping(listener.getsockname()[1], TlsSettings())
        thread.join()
