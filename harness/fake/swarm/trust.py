"""The certificate that every swarm of a fake shows as its root of trust; nothing uses its key."""

from harness.model.spec import Json

_TRUST_ROOT = (
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBfDCCASGgAwIBAgIUEYs6KfOuUMwLRsRu4sg+rSGK6RQwCgYIKoZIzj0EAwIw\n"
    "EzERMA8GA1UEAwwIc3dhcm0tY2EwHhcNMjYxMTI0MTUxMDE2WhcNNDYxMTE5MTUx\n"
    "MDE2WjATMREwDwYDVQQDDAhzd2FybS1jYTBZMBMGByqGSM49AgEGCCqGSM49AwEH\n"
    "A0IABCeMpwtF+6vxqwPuZAVKicXNxgyXfVHTNyAeOa6NDrRlR/kurzq5/Kqk3CHw\n"
    "4d7uqYUDTmoeQwBLarUiqoLEvKWjUzBRMB0GA1UdDgQWBBT02bhZDid/7JnVLzuv\n"
    "/izLcqrnRzAfBgNVHSMEGDAWgBT02bhZDid/7JnVLzuv/izLcqrnRzAPBgNVHRMB\n"
    "Af8EBTADAQH/MAoGCCqGSM49BAMCA0kAMEYCIQDz7FyJXBB+ojvbbxdMwI467Z8s\n"
    "7cZot1rTZBxwI/cefgIhAK+4C8NVA5iasRIoKlZm663GxPOJrDfQDdBf/1z5OcPV\n"
    "-----END CERTIFICATE-----\n"
)
_ISSUER = "MBMxETAPBgNVBAMMCHN3YXJtLWNh"
_PUBLIC_KEY = (
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEJ4ynC0X7q/GrA+5kBUqJxc3GDJd9"
    "UdM3IB45ro0OtGVH+S6vOrn8qqTcIfDh3u6phQNOah5DAEtqtSKqgsS8pQ=="
)


def tls_info() -> dict[str, Json]:
    """Return TLSInfo as a swarm and its nodes show it."""
    return {
        "TrustRoot": _TRUST_ROOT,
        "CertIssuerSubject": _ISSUER,
        "CertIssuerPublicKey": _PUBLIC_KEY,
    }
