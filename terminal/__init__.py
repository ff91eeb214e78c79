"""The Textual program on the floor: pick, pack, ship and the live queue; its journal; its half of the sync."""
