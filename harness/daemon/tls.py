"""What it takes to speak TLS to a daemon."""

import ssl
from dataclasses import dataclass
from pathlib import Path

from harness.model.errors import UsageError


@dataclass(frozen=True, slots=True)
class TlsSettings:
    """Files for TLS, each None where there is none; without `ca` the system's authorities count."""

    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None
    verify: bool = True

    @classmethod
    def in_folder(cls, folder: Path, *, verify: bool) -> "TlsSettings":
        """Take ca.pem, cert.pem and key.pem, as far as the folder has them."""

        def find(name: str) -> Path | None:
            return folder / name if (folder / name).is_file() else None

        return cls(ca=find("ca.pem"), cert=find("cert.pem"), key=find("key.pem"), verify=verify)

    def context(self) -> ssl.SSLContext:
        """Load the files; raise UsageError that names the one that cannot be used."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if not self.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        elif self.ca is None:
            context.load_default_certs()
        else:
            self._load_authorities(context, self.ca)
        if self.cert is not None:
            self._load_certificate(context, self.cert)
        return context

    def _load_authorities(self, context: ssl.SSLContext, ca: Path) -> None:
        try:
            context.load_verify_locations(ca)
        except OSError as error:
            raise UsageError(f"{ca}: not a usable CA certificate: {_reason(error)}") from error

    def _load_certificate(self, context: ssl.SSLContext, cert: Path) -> None:
        try:
            context.load_cert_chain(cert, self.key)
        except OSError as error:
            files = f"{cert} and {self.key}" if self.key else f"{cert} without a key"
            raise UsageError(f"{files}: not a usable client certificate: {_reason(error)}") from (
                error
            )


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
