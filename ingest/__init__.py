"""From a pasted text to a proposal. Everything here is synchronous, and knows no network and no database."""
