"""Names of images, read and shortened as dockerd does."""

import time

import pytest

from harness.fake.images.references import Reference, familiar, is_id, parse, with_tag
from harness.fake.requests.answer import RefusedError

DIGEST = f"sha256:{'a' * 64}"


@pytest.mark.parametrize(
    ("text", "expected", "short"),
    [
        ("busybox", Reference("docker.io", "library/busybox"), "busybox"),
        ("busybox:1.27", Reference("docker.io", "library/busybox", "1.27"), "busybox:1.27"),
        ("docker.io/library/busybox", Reference("docker.io", "library/busybox"), "busybox"),
        ("index.docker.io/busybox", Reference("docker.io", "library/busybox"), "busybox"),
        ("me/app", Reference("docker.io", "me/app"), "me/app"),
        ("library/a/b", Reference("docker.io", "library/a/b"), "library/a/b"),
        ("localhost/app", Reference("localhost", "app"), "localhost/app"),
        ("quay.io/a/b:c", Reference("quay.io", "a/b", "c"), "quay.io/a/b:c"),
        ("h:5000/app:1", Reference("h:5000", "app", "1"), "h:5000/app:1"),
        (f"app@{DIGEST}", Reference("docker.io", "library/app", "", DIGEST), f"app@{DIGEST}"),
        (f"a:b@{DIGEST}", Reference("docker.io", "library/a", "b", DIGEST), f"a:b@{DIGEST}"),
        ("a_b__c.d-e---f", Reference("docker.io", "library/a_b__c.d-e---f"), "a_b__c.d-e---f"),
    ],
)
def test_a_name_is_read_and_shown_in_short(text, expected, short):
    assert parse(text) == expected
    assert parse(text).short == short


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "invalid reference format"),
        (":x", "invalid reference format"),
        ("x:", "invalid reference format"),
        ("a..b", "invalid reference format"),
        ("a b", "invalid reference format"),
        ("-a", "invalid reference format"),
        ("a/", "invalid reference format"),
        ("a\n", "invalid reference format"),
        ("é", "invalid reference format"),
        ("a@sha256:12", "invalid reference format"),
        ("BAD", "invalid reference format: repository name must be lowercase"),
        ("h:5000/BAD", "invalid reference format: repository name must be lowercase"),
        ("a" * 256, "repository name must not be more than 255 characters"),
        (f"a@sha512:{'a' * 64}", "invalid checksum digest length"),
        (f"a@foo:{'a' * 64}", "unsupported digest algorithm"),
        (f"a@sha256:{'A' * 64}", "invalid checksum digest format"),
        (
            "a" * 64,
            f"invalid repository name ({'a' * 64}), cannot specify 64-byte hexadecimal strings",
        ),
    ],
)
def test_what_is_no_name_is_refused_in_the_words_of_dockerd(text, message):
    with pytest.raises(RefusedError) as refused:
        parse(text)
    assert (refused.value.status, refused.value.message) == (400, message)


@pytest.mark.parametrize("text", ["a" * 5000, "a-" * 3000 + "!", "a." * 3000, "1:" * 3000 + "/x"])
def test_a_long_text_is_read_in_no_time(text):
    start = time.perf_counter()
    with pytest.raises(RefusedError):
        parse(text)
    assert time.perf_counter() - start < 1


def test_a_tag_beside_the_name_replaces_the_one_in_it():
    assert with_tag("app:1", "2").short == "app:2"
    assert with_tag("app:1", "").short == "app:1"
    assert with_tag("app:1", DIGEST).short == f"app@{DIGEST}"
    with pytest.raises(RefusedError, match="invalid tag format"):
        with_tag("app", "a/b")


def test_a_name_without_a_tag_is_familiar_as_latest():
    assert familiar("docker.io/library/app") == "app:latest"
    assert familiar(f"app@{DIGEST}") == f"app@{DIGEST}"


def test_only_whole_ids_are_ids():
    assert is_id("a" * 64)
    assert is_id(DIGEST)
    assert not is_id("a" * 63)
    assert not is_id(f"app@{DIGEST}")
