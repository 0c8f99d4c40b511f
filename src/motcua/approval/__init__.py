"""Check, approve and seal a version of a pack; note errata; compare a report that staff edited."""
