"""Secrets as files of settings keep them: XML, manifests of Kubernetes, `.pgpass`. Linear time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

import re2

from scanner.secret import Named, Secret, is_mixed, is_placeholder, is_strong

_NAMES: Final = (
    r"(?:[\w.:-]{0,60}(?:password|passwd|passphrase|secret|token|apikey|api-key|accesskey)|pass|pwd)"
)
_XML: Final = re2.compile(
    rf"(?i:<({_NAMES})>[ \t\n]{{0,80}}([^<>\s]{{4,200}})[ \t\n]{{0,80}}</|"
    rf"<[a-z][\w:.-]{{0,60}}\s[^<>\n]{{0,200}}?\b(?:name|key)=[\"']({_NAMES})[\"'][^<>\n]{{0,200}}?"
    r"(?:\bvalue=[\"']([^\"'<>]{4,200})[\"']|>([^<>\s]{4,200})</))"
)
_MANIFEST: Final = re2.compile(r"(?m:^[ \t]*kind:[ \t]*[\"']?Secret[\"']?[ \t]*$)")
_DATA: Final = re.compile(r"(?m)^([ \t]*)(?:data|stringData):[ \t]*$\n((?:\1[ \t]+[^\n]*(?:\n|\Z)){1,200})")
_SCALAR: Final = re.compile(r"(?m)^[ \t]*[\w.-]{1,253}:[ \t]+[\"']?([^\s\"'|>{}\[\]#][^\s\"']{3,8000})")
_KEY_DATA: Final = re2.compile(r"\bclient-key-data:[ \t]*[\"']?([A-Za-z0-9+/=]{16}[A-Za-z0-9+/=]+)")
_PGPASS: Final = re2.compile(
    r"(?m:(?:^|[\s'\"`])(?:[\w.*-]{1,255}|\[[0-9a-fA-F:]+\]):(?:\d{2,5}|\*):[\w*-]{1,64}:[\w*.-]{1,64}:([^\s:'\"`]{4,200})"
    r"(?:[\s'\"`]|$))"
)
_BOUND: Final = re.compile(r"(?m)^[ \t]*(?:---|```|~~~)")
"""Where one manifest ends and the next begins."""


def kept_secrets(text: str) -> Iterator[Named]:
    """The secrets of settings, each with where its entry begins; they may overlap."""
    if "</" in text or "/>" in text:
        yield from _in_markup(text)
    for found in _KEY_DATA.finditer(text) if "client-key-data" in text else ():
        yield Named(found.start(), Secret("private-key", *found.span(1)))
    if "kind" in text and "Secret" in text:
        yield from _in_manifests(text)
    certain = "pgpass" in text.lower()
    for found in _PGPASS.finditer(text):
        value = found[1]
        if not is_placeholder(value) and (is_strong(value) or (certain and is_mixed(value))):
            yield Named(found.start(), Secret("assigned", *found.span(1)))


def _in_markup(text: str) -> Iterator[Named]:
    for found in _XML.finditer(text):
        group = next(number for number in (2, 4, 5) if found[number] is not None)
        value = found[group]
        if not is_placeholder(value) and is_mixed(value):
            yield Named(found.start(), Secret("assigned", *found.span(group)))


def _in_manifests(text: str) -> Iterator[Named]:
    bounds = [0, *(found.end() for found in _BOUND.finditer(text)), len(text)]
    for begin, end in pairwise(bounds):
        manifest = text[begin:end]
        if _MANIFEST.search(manifest) is None:
            continue
        for data in _DATA.finditer(manifest):
            for item in _SCALAR.finditer(data[2]):
                if not is_placeholder(item[1]):
                    at = begin + data.start(2)
                    yield Named(at + item.start(), Secret("assigned", at + item.start(1), at + item.end(1)))
