"""Addresses of tiles, one per tile; bundles of entries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.tlog.tiles import Tile, TileError, bundle, bundles_of, parse_address, tiles_of, unbundle


@pytest.mark.parametrize(
    ("tile", "address"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 1234067), "tile/0/x001/x234/067"),
        (Tile(2, 999, 7), "tile/2/999.p/7"),
        (Tile(None, 1000, 255), "tile/entries/x001/000.p/255"),
    ],
)
def test_addresses_are_those_of_the_specification(tile, address):
    assert tile.address == address
    assert parse_address(address.removeprefix("tile/")) == tile


@pytest.mark.parametrize(
    "text",
    ["", "0", "0/0", "00/000", "64/000", "0/x000/000", "0/000.p/0", "0/000.p/256", "0/000.p/007", "0/1000", "e/000"],
)
def test_other_addresses_are_refused(text):
    with pytest.raises(TileError):
        parse_address(text)


@given(st.integers(0, 10**12), st.integers(1, 256), st.none() | st.integers(0, 63))
def test_address_and_tile_are_one(number, width, level):
    tile = Tile(level, number, width)

    assert parse_address(tile.address.removeprefix("tile/")) == tile


def test_tiles_of_the_specification_s_example():
    tiles = list(tiles_of(70_000))

    assert len([one for one in tiles if one.level == 0 and one.width == 256]) == 273
    assert [one for one in tiles if one.width < 256] == [Tile(0, 273, 112), Tile(1, 1, 17), Tile(2, 0, 1)]
    assert list(tiles_of(256)) == [Tile(0, 0), Tile(1, 0, 1)]
    assert list(bundles_of(257)) == [Tile(None, 0), Tile(None, 1, 1)]


def test_tile_beyond_the_size_is_not_within():
    assert Tile(0, 1, 3).is_within(259)
    assert not Tile(0, 1, 4).is_within(259)
    assert Tile(1, 0, 1).is_within(256)
    assert not Tile(1, 0, 2).is_within(511)


@given(st.lists(st.binary(max_size=1100)))
def test_bundle_is_unpacked_again(entries):
    assert unbundle(bundle(entries)) == entries


@pytest.mark.parametrize("content", [b"\0", b"\0\2a", b"\0\1a\0"])
def test_broken_bundle_is_refused(content):
    with pytest.raises(TileError):
        unbundle(content)
