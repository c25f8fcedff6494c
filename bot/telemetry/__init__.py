"""Turns over OpenTelemetry, an extra that is off unless the settings name an endpoint.

`telling` tells of each turn when it has ended, as the `spans` that are made of its record; `otlp`
sends them, and is the only importer of the SDK.
"""
