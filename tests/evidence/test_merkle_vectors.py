"""The tree is RFC 6962's: the published vectors of Certificate Transparency hold, and so do its laws."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.evidence.seal.merkle import (
    EMPTY_ROOT,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)

# The eight leaves, roots and proofs used by the Certificate Transparency projects for RFC 6962 (and 9162) trees.
INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
LEAVES = [leaf_hash(bytes.fromhex(data)) for data in INPUTS]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
A = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
B = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
C = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
D = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
E = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
F = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"

INCLUSION = [(0, 1, []), (0, 8, [A, B, C]), (5, 8, [D, E, ROOTS[3]]), (2, 3, [ROOTS[1]]), (1, 5, [ROOTS[0], B, D])]
CONSISTENCY = [(1, 1, []), (1, 8, [A, B, C]), (6, 8, [F, E, ROOTS[3]]), (2, 5, [B, D])]


def test_the_root_of_no_leaves_is_the_hash_of_nothing() -> None:
    assert root_of([]) == EMPTY_ROOT
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize("size", range(1, 9))
def test_published_roots(size: int) -> None:
    assert root_of(LEAVES[:size]).hex() == ROOTS[size - 1]


@pytest.mark.parametrize(("index", "size", "path"), INCLUSION)
def test_published_inclusion_proofs(index: int, size: int, path: list[str]) -> None:
    proof = inclusion_proof(LEAVES[:size], index)

    assert [step.hex() for step in proof] == path
    assert verify_inclusion(LEAVES[index], index, size, proof, bytes.fromhex(ROOTS[size - 1]))


@pytest.mark.parametrize(("first", "second", "path"), CONSISTENCY)
def test_published_consistency_proofs(first: int, second: int, path: list[str]) -> None:
    proof = consistency_proof(LEAVES[:second], first)

    assert [step.hex() for step in proof] == path
    old, new = bytes.fromhex(ROOTS[first - 1]), bytes.fromhex(ROOTS[second - 1])
    assert verify_consistency(first, second, old, new, proof)


def test_a_leaf_cannot_be_passed_off_as_a_node() -> None:
    assert leaf_hash(LEAVES[0] + LEAVES[1]) != root_of(LEAVES[:2])


def test_outside_the_tree_there_is_no_proof() -> None:
    with pytest.raises(IndexError):
        inclusion_proof(LEAVES, 8)
    with pytest.raises(IndexError):
        consistency_proof(LEAVES, 0)
    with pytest.raises(IndexError):
        consistency_proof(LEAVES, 9)
    assert not verify_inclusion(LEAVES[0], 8, 8, [], LEAVES[0])
    assert not verify_consistency(0, 8, EMPTY_ROOT, root_of(LEAVES), [])
    assert not verify_consistency(9, 8, EMPTY_ROOT, root_of(LEAVES), [])


TREES = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=70)


@given(TREES, st.data())
def test_every_leaf_is_proven_in_its_place_only(leaves: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    other = data.draw(st.integers(0, len(leaves)))
    proof, root = inclusion_proof(leaves, index), root_of(leaves)

    assert verify_inclusion(leaves[index], index, len(leaves), proof, root)
    assert not verify_inclusion(bytes(32), index, len(leaves), proof, root) or leaves[index] == bytes(32)
    assert not verify_inclusion(leaves[index], index, len(leaves), [*proof, bytes(32)], root)
    if other != index and len(set(leaves)) == len(leaves):
        assert not verify_inclusion(leaves[index], other, len(leaves), proof, root)


@given(TREES, st.data())
def test_a_tree_that_grew_proves_its_past_and_one_that_dropped_a_leaf_cannot(
    leaves: list[bytes], data: st.DataObject
) -> None:
    first = data.draw(st.integers(1, len(leaves)))
    proof = consistency_proof(leaves, first)
    old, new = root_of(leaves[:first]), root_of(leaves)

    assert verify_consistency(first, len(leaves), old, new, proof)
    changed = [bytes([leaves[0][0] ^ 1]) + leaves[0][1:], *leaves[1:]]
    forged = consistency_proof(changed, first)
    assert not verify_consistency(first, len(leaves), old, root_of(changed), forged)
    for place in range(len(proof)):
        damaged = [*proof[:place], bytes(32), *proof[place + 1 :]]
        assert damaged == proof or not verify_consistency(first, len(leaves), old, new, damaged)
    assert not verify_consistency(first, len(leaves), old, new, [*proof, bytes(32)])
