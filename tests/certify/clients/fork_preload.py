"""What a forked sample client has imported already."""

import base64
import concurrent.futures
import email.utils
import hashlib
import json
import re
import secrets
import urllib.parse

import httpx

__all__ = ["base64", "concurrent", "email", "hashlib", "httpx", "json", "re", "secrets", "urllib"]

httpx.Client().close()  # loads the modules that a client needs later
