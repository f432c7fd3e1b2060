"""The front door: command line, HTTP, web page, settings, wiring."""
