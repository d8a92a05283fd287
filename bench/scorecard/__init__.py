"""The scorecard: how often each classifier is wrong, on labelled commands and on mutated dangerous ones."""
