"""Mock, sandbox, staging, live, a URL or the built-in server: where they are, what may be done to them, who calls."""
