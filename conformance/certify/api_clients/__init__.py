"""Certification of API clients: the scenario server injects one condition per scenario, and judges check the client.

A client is judged by the requests that it sends, its exit status and its output.
"""
