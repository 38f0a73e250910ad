from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.errors import NotFoundError, NotSavedError
from cockpit.store.evidence import ATTACHMENT_LIMIT, EvidenceStore, TooLargeError, clip_text
from cockpit.store.location import StoreLocation


@pytest.fixture
def evidence(tmp_path: Path) -> EvidenceStore:
    return EvidenceStore(StoreLocation(tmp_path), lambda sha256: None, new_salt=lambda: "5a" * 16)


def blob_file(evidence_root: Path, sha256: str) -> Path:
    return evidence_root / "cockpit" / "evidence" / sha256


def test_a_text_is_a_salted_blob_named_by_its_hash(tmp_path: Path, evidence: EvidenceStore) -> None:
    ref = evidence.put_text("yes\n")
    blob = blob_file(tmp_path, ref.sha256).read_bytes()
    assert blob == b'{"salt":"' + b"5a" * 16 + b'","type":"text"}\nyes\n'
    assert ref.sha256 == hashlib.sha256(blob).hexdigest()
    assert ref.size == 4
    assert evidence.get(ref.sha256).content == b"yes\n"
    assert evidence.get(ref.sha256).type == "text"


def test_equal_texts_cannot_be_told_by_their_hash(tmp_path: Path) -> None:
    evidence = EvidenceStore(StoreLocation(tmp_path), lambda sha256: None)
    assert evidence.put_text("yes").sha256 != evidence.put_text("yes").sha256


@given(st.binary(max_size=300))
def test_any_bytes_come_back(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    evidence = EvidenceStore(StoreLocation(tmp_path_factory.getbasetemp()), lambda sha256: None)
    got = evidence.get(evidence.put(data).sha256)
    assert (got.type, got.content) == ("attachment", data)


def test_a_blob_that_does_not_match_its_hash_is_taken_from_what_is_published(
    tmp_path: Path, evidence: EvidenceStore
) -> None:
    ref = evidence.put(b"photo")
    file = blob_file(tmp_path, ref.sha256)
    good = file.read_bytes()
    file.write_bytes(good[:-1] + b"X")
    with pytest.raises(NotFoundError, match="damaged"):
        evidence.get(ref.sha256)
    assert EvidenceStore(StoreLocation(tmp_path), {ref.sha256: good}.get).get(ref.sha256).content == b"photo"
    file.unlink()
    with pytest.raises(NotFoundError, match="neither here nor published"):
        evidence.get(ref.sha256)
    with pytest.raises(NotFoundError, match="do not match"):
        EvidenceStore(StoreLocation(tmp_path), lambda sha256: b"forged").get(ref.sha256)


@pytest.mark.parametrize("name", ["../../HEAD", "", "A" * 64, "0" * 63])
def test_only_a_hash_names_a_blob(evidence: EvidenceStore, name: str) -> None:
    with pytest.raises(NotFoundError, match="no SHA-256"):
        evidence.get(name)


def test_what_is_too_large_is_refused_with_hash_and_size(tmp_path: Path, evidence: EvidenceStore) -> None:
    data = os.urandom(ATTACHMENT_LIMIT + 7)
    file = tmp_path / "dump.sql"
    file.write_bytes(data)
    with pytest.raises(TooLargeError) as refused:
        evidence.put(data)
    with pytest.raises(TooLargeError) as refused_file:
        evidence.put_file(file)
    for error in (refused.value, refused_file.value):
        assert (error.size, error.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert not (tmp_path / "cockpit").exists()
    file.write_bytes(data[:ATTACHMENT_LIMIT])
    assert evidence.get(evidence.put_file(file).sha256).content == data[:ATTACHMENT_LIMIT]


def test_evidence_that_does_not_reach_the_disk_is_reported(tmp_path: Path, evidence: EvidenceStore) -> None:
    (tmp_path / "cockpit").mkdir()
    (tmp_path / "cockpit" / "evidence").write_bytes(b"in the way")
    with pytest.raises(NotSavedError, match="evidence was not saved"):
        evidence.put(b"x")
    assert list((tmp_path / "cockpit" / "tmp").iterdir()) == []


@given(st.text(), st.integers(100, 2000))
def test_a_clipped_text_fits_and_keeps_both_ends(filler: str, limit: int) -> None:
    text = "head" + filler * 40 + "tail"
    clipped = clip_text(text, limit)
    assert len(clipped.encode()) <= limit
    assert clipped.startswith("head")
    assert clipped.endswith("tail")
    if len(text.encode()) <= limit:
        assert clipped == text
    else:
        assert f"{len(text.encode())} bytes in all" in clipped


def test_a_long_text_is_clipped_before_it_is_kept(evidence: EvidenceStore) -> None:
    ref = evidence.put_text("é" * 100_000 + "\udcff")
    assert 65_000 < ref.size <= 65_536
    assert json.dumps(evidence.get(ref.sha256).content.decode())
