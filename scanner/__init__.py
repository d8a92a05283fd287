"""The deterministic classifier: text in, finding out. It parses, and asks nobody."""

from scanner.api import scan
from scanner.finding import SCANNER_VERSION
from scanner.tables import knowledge_version

__all__ = ["SCANNER_VERSION", "knowledge_version", "scan"]
