"""The shelf of packs: the state of each version, errata, the page that lists them all."""
