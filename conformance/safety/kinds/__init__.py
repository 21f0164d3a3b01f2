"""The kinds of target, one file each: what may be sent there at all. A file offers `KINDS`."""
