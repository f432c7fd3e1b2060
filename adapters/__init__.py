"""One module a foreign system; the only room that imports drivers."""
