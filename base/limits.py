"""Every bound of the product, in one file. Sources: CONTRACTS.md §1, §3, §4, §7 and PROMISES.md.

Names end in their unit. Nothing here is read from the environment: settings that an operator may
change live in `controller/config.py` and `agent/config.py`, with these as their defaults.
"""

from __future__ import annotations

from typing import Final

KIB: Final = 1024
MIB: Final = 1024 * KIB

# The document (CONTRACTS.md §1)
DOCUMENT_MAX_BYTES: Final = 512 * KIB
DOCUMENT_MAX_STEPS: Final = 300
DOCUMENT_MAX_VARIABLES: Final = 64
DOCUMENT_MAX_PREREQUISITES: Final = 64
DOCUMENT_MAX_ALERTS: Final = 64
DOCUMENT_MAX_LABELS: Final = 32
DOCUMENT_MAX_AMBIGUITIES: Final = 300
YAML_MAX_DEPTH: Final = 12
YAML_MAX_NODES: Final = 20_000
DOCUMENT_MAX_PROBLEMS: Final = 50
COMMAND_MAX_BYTES: Final = 16 * KIB
TEXT_MAX_CHARACTERS: Final = 8_000
TITLE_MAX_CHARACTERS: Final = 200
PATTERN_MAX_CHARACTERS: Final = 512
WHEN_MAX_DEPTH: Final = 3
STEP_TIMEOUT_DEFAULT_MS: Final = 60_000
STEP_TIMEOUT_MAX_MS: Final = 24 * 3600 * 1000
STEP_GRACE_MS: Final = 10_000
STEP_MAX_RETRIES: Final = 5
VARIABLE_VALUE_MAX_CHARACTERS: Final = 4_096

# The scanner
SCAN_MAX_BYTES: Final = 64 * KIB
SCAN_MAX_DEPTH: Final = 100
SCAN_MAX_NODES: Final = 2_400
COMMAND_MAX_HOLES: Final = 48
COMMAND_LEAST_HOLES: Final = 2
COMMAND_MAX_HOLE_CHARACTERS: Final = 24_000
"""Holes × characters of a command: the whole of it is scanned once for each hole. Two are always allowed."""

# Canonical bytes, signed envelopes (CONTRACTS.md §3, §4)
CANONICAL_MAX_INTEGER: Final = 2**53 - 1
ENVELOPE_MAX_BYTES: Final = 128 * KIB
GRANT_WINDOW_MAX_SECONDS: Final = 300
GRANT_SECONDS: Final = 120
CLOCK_TOLERANCE_SECONDS: Final = 60
MESSAGE_MAX_BYTES: Final = 1 * MIB
OUTPUT_CHUNK_MAX_BYTES: Final = 64 * KIB
OUTPUT_WINDOW_CHUNKS: Final = 16
OUTPUT_MAX_BYTES: Final = 10 * MIB
OUTPUT_HEAD_BYTES: Final = 64 * KIB
OUTPUT_TAIL_BYTES: Final = 64 * KIB
OUTPUT_DRAIN_SECONDS: Final = 5

# The engine (CONTRACTS.md §5, PROMISES.md I3)
APPROVAL_MINUTES: Final = 30
PENDING_HOURS: Final = 24
DEADLINE_SLACK_SECONDS: Final = 10
LOST_SECONDS: Final = 60
CRASHES_BEFORE_PARKED: Final = 3
REASON_MAX_CHARACTERS: Final = 2_000
EXECUTION_EVENTS_MAX: Final = 10_000

# Ingest and API
PASTE_MAX_BYTES: Final = 1 * MIB
PASTE_MAX_BLOCKS: Final = 6_000
"""Paragraphs, items, rows: some 0.25 ms each to read, and the longest real runbook known to us has 600."""
PASTE_MAX_SECRET_WORDS: Final = 20_000
"""Words like “password”, beside each of which a secret is looked for: some 50 µs each."""
PASTE_MAX_LINKS: Final = 20_000
"""`](` in Markdown: the address behind each is read anew, up to 32 levels deep in the ones behind it."""
PASTE_MAX_PROSE_CHARACTERS: Final = 300_000
"""Of all that is no code block: some 3 µs each to read. A long runbook has 40,000."""
PASTE_MAX_SENTENCES: Final = 8_000
"""Some 100 µs each."""
PASTE_MAX_MARKS: Final = 15_000
"""Characters with which emphasis, code, links, tags and escapes begin in Markdown outside of code blocks:
some 15 to 100 µs each. A long runbook has 1,000. Of pieces of inline code half as many, in any form.
"""
PASTE_MAX_REPAIRS: Final = 20_000
"""Characters in commands that a word processor put there: some 11 µs each. A long page has 300."""
PASTE_MAX_LINES: Final = 20_000
PASTE_LINE_MAX_CHARACTERS: Final = 64 * KIB
"""Lines of Markdown and plain text; a page of HTML may be one line."""
BATCH_MAX_DOCUMENTS: Final = 48
"""Of one pull request: with the decision log and the verdicts of all they are PULL_MAX_FILES."""
BATCH_PARSED_AT_ONCE: Final = 4
"""Documents of one batch that wait for a process of the parse pool, which has room for 64."""
IMPORT_MAX_DOCUMENTS: Final = 5_000
"""Of one folder or archive that `dd0c import` reads."""
IMPORT_MAX_ENTRIES: Final = 100_000
"""Files and folders that are looked at on the way."""
IMPORT_MAX_FOLDERS_DEEP: Final = 32
IMPORT_MAX_BYTES: Final = 256 * MIB
"""Of all documents of one import together."""
ARCHIVE_MAX_BYTES: Final = 1024 * MIB
"""Of an archive as it lies there: a space with its attachments, which are not unpacked."""
ARCHIVE_DIRECTORY_MAX_BYTES: Final = 16 * MIB
"""Of its table of contents: some 200,000 entries."""
ARCHIVE_MAX_RATIO: Final = 200
"""How many bytes one packed byte of a document may become; prose and markup pack 3 to 20 times."""
EXPORT_XML_MAX_BYTES: Final = 1024 * MIB
"""Of `entities.xml` of a space, which holds every version of every page."""
EXPORT_XML_MAX_DEPTH: Final = 32
SUSPICIOUS_MAX: Final = 50
"""Passages that are listed; what comes behind them is of the same hand."""
REQUEST_MAX_BYTES: Final = 2 * MIB
OPEN_REQUEST_MAX_BYTES: Final = 64 * KIB
"""A request to a route without sign-in, but for the preview, which takes a whole paste."""
PARSE_SECONDS: Final = 10
PARSE_MEMORY_BYTES: Final = 1024 * MIB
PAGE_DEFAULT_ITEMS: Final = 50
PAGE_MAX_ITEMS: Final = 200
AUDIT_CHECK_LINKS: Final = 2_000
"""Links of the audit chain that one request recomputes: some 60 ms of reading and hashing."""
AUDIT_CHECK_TENANTS: Final = 1_000
"""Tenants of whom a process remembers how far their chain was checked."""
ADVICE_TEXT_MAX_CHARACTERS: Final = 8_000
"""Of a command that is sent to an LLM; a longer one has no advice."""
ADVICE_ANSWER_MAX_BYTES: Final = 64 * KIB
ADVICE_CONCURRENT_CALLS: Final = 32
"""Calls of one tenant at a time in a process: a runbook of 30 steps goes out in one wave."""
ADVICE_CONCURRENT_CALLS_MAX: Final = 4 * ADVICE_CONCURRENT_CALLS
"""Calls of one process at a time."""
ADVICE_FLIGHTS: Final = 600
"""Questions of one tenant that wait or are asked in a process: two of the largest documents."""
ADVICE_FLIGHTS_MAX: Final = 4 * ADVICE_FLIGHTS
"""Questions of one process that wait or are asked."""
ADVICE_AGAIN_SECONDS: Final = 15
"""How long a question without an answer is not asked again: looking at a page again spends nothing."""
ADVICE_PREVIEW_MS: Final = 3_800
"""How long a preview waits for advice (PERFORMANCE.md P3: p95 < 5 s for the whole)."""
ADVICE_PAGE_SECONDS: Final = 1
"""How long the page of a pull request waits for advice that was not there yet."""
ADVICE_PROPOSAL_SECONDS: Final = 8
"""How long a proposal waits for advice that its preview did not have. A push does not wait."""
ADVICE_KEPT: Final = 10_000
"""Answers that a process keeps, by the digest of all that was asked."""
ADVICE_TOKENS_PER_HOUR: Final = 2_000_000
ADVICE_ATTEMPTS: Final = 3
EXTRACTION_MS: Final = 3_500
"""How long an import waits for an LLM to read the text; then the rules read it alone (PERFORMANCE.md P3)."""
EXTRACTION_FAIR_MS: Final = 3_000
"""What a call needs before its being late says something of the service: the whole wait, less what a process
is busy with beside it. One that began later, behind others of its tenant, was cut off by us."""
EXTRACTION_LEAST_MS: Final = 1_000
"""With less left no call begins: it would be cut off, and may be charged whole. No model writes an answer of
some hundred tokens in less."""
EXTRACTION_PART_CHARACTERS: Final = 3_000
"""Of a text that is read in one call. A longer one goes out in parts, cut between sections, all at once."""
EXTRACTION_PARTS_MAX: Final = 16
"""A text of more parts is read by the rules alone."""
EXTRACTION_PASSAGE_MAX_CHARACTERS: Final = 8_000
"""A longer paragraph or listing is left to the rules."""
EXTRACTION_ANSWER_MAX_BYTES: Final = 128 * KIB
EXTRACTION_TOKENS_PER_HOUR: Final = 2_000_000
READINGS_KEPT: Final = 2_000
"""Answers about parts of texts that a tenant keeps."""
READINGS_KEPT_DAYS: Final = 30
PREVIEWS_PER_MINUTE: Final = 60
CLASSIFICATIONS_PER_MINUTE: Final = 30
CHECKS_PER_MINUTE: Final = 120
"""Of documents that a member writes in an editor: two a second, as fast as one types."""
SIGN_INS_PER_MINUTE: Final = 20
BADGES_PER_MINUTE: Final = 300
"""Of one address: proxies of images ask for many pages."""
SYNC_WAIT_SECONDS: Final = 30
"""How long "sync now" waits for what comes of it, unless told otherwise."""
SYNC_WAIT_SECONDS_MAX: Final = 50
"""Below what clients and proxies commonly wait for an answer (60 s)."""
VERBS_PER_MINUTE: Final = 10
"""Questions in comments (`/dd0c …`) that are answered on one pull request."""
STREAMS_PER_MEMBER: Final = 32
STREAM_KEEPALIVE_SECONDS: Final = 15
STREAM_SECONDS: Final = 300
"""A stream of events ends after this long; the client resumes it, and is authenticated anew."""
IDEMPOTENCY_KEY_MAX_CHARACTERS: Final = 128
IDEMPOTENCY_HOURS: Final = 24
SESSION_HOURS: Final = 12
SIGN_IN_MINUTES: Final = 30
ENROLLMENT_MINUTES: Final = 60

# Git (CONTRACTS.md §6)
PULL_MAX_FILES: Final = 50
REPOSITORIES_MAX: Final = 50
"""In use by one tenant: each is looked at every minute."""
GIT_PACK_MAX_BYTES: Final = 64 * MIB
GIT_REFS_MAX_BYTES: Final = 16 * MIB
"""What a remote may say before its pack: some 200,000 branches and tags."""
GIT_REPOSITORY_MAX_BYTES: Final = 2 * 1024 * MIB
"""All packs of one repository here, a mirror's or our own: a remote whose history is written anew again and
again would fill the disk, each fetch within its bound."""
GIT_MAX_FILES: Final = 20_000
GIT_PATH_MAX_CHARACTERS: Final = 512
DIFF_MAX_BYTES: Final = 1 * MIB
GIT_OBJECT_MAX_BYTES: Final = 16 * MIB
GIT_INFLATED_MAX_BYTES: Final = 256 * MIB
GIT_PACK_MAX_OBJECTS: Final = 200_000
GIT_TREE_MAX_BYTES: Final = 4 * MIB
GIT_TREE_MAX_DEPTH: Final = 32
GIT_REF_UPDATES_MAX: Final = 32
GIT_LOCK_SECONDS: Final = 15
GIT_FETCH_SECONDS: Final = 60
GIT_HISTORY_MAX_COMMITS: Final = 50_000
GIT_MESSAGE_MAX_CHARACTERS: Final = 16_000

# GitHub
GITHUB_CALL_SECONDS: Final = 30
"""One operation on GitHub with all its requests, pauses and repeats."""
GITHUB_CONNECT_SECONDS: Final = 4
GITHUB_READ_SECONDS: Final = 10
GITHUB_ATTEMPTS: Final = 4
GITHUB_ANSWER_MAX_BYTES: Final = 16 * MIB
GITHUB_PAGES_MAX: Final = 30
"""Pages of 100 that one list is followed: 3,000 files are what GitHub shows of a pull request."""
GITHUB_BODY_MAX_CHARACTERS: Final = 65_000
"""GitHub takes 65,536 characters in a pull request, a comment, a summary; ours carry a marker, too."""
GITHUB_WEBHOOK_MAX_BYTES: Final = 1 * MIB
"""PROMISES.md 55. GitHub sends up to 25 MB; what is larger is left to the poll."""
GITHUB_DELIVERIES_KEPT: Final = 10_000
"""Ids of deliveries that a process remembers, so that one sent again is one sync."""
GITHUB_DELIVERIES_AT_ONCE: Final = 8
"""Deliveries whose bodies are read at the same time; GitHub sends a refused one again when asked to."""
GITHUB_DELIVERY_SECONDS: Final = 8
"""GitHub gives a delivery up after ten."""
GITHUB_PULLS_CHECKED: Final = 20
"""Open pull requests that one look reads: the newest, and as many of the older ones, in turn."""
GITHUB_PULLS_SETTLED: Final = 5
"""Proposals that one look reads again because their pull requests may be merged or closed."""
GITHUB_PULLS_HEARD: Final = 3
"""Pull requests whose comments one look reads, in turn: each costs some four calls."""
GITHUB_HEARINGS_AT_ONCE: Final = 2
"""Tenants whose comments are read at the same time: most of the forge's threads are left to the others."""
GITHUB_HEARING_SECONDS: Final = 45
"""One tenant's turn: an operation on GitHub, and time for an answer."""
QUESTION_ATTEMPTS: Final = 3
"""How often a question in a comment that can't be answered is tried."""
QUESTION_SECONDS: Final = 120
"""A replica that took a question and died keeps others from it so long, and a failed one waits so long."""
QUESTIONS_KEPT_DAYS: Final = 90
GITHUB_SECRETS_MAX: Final = 2
FAILURES_TO_OPEN: Final = 5
FAILURES_WITHIN_SECONDS: Final = 30
REST_SECONDS: Final = 30
"""PROMISES.md 76, of GitHub and of an LLM: five failures within 30 s, then nobody asks it for as long."""

# The link
HEARTBEAT_SECONDS: Final = 5
CERTIFICATE_SECONDS: Final = 86_400
AGENT_MAX_LABELS: Final = 32
SILENCE_SECONDS: Final = 20
"""Four heartbeats: an agent that was not heard for so long is not online, and its stream is closed."""
HELLO_SECONDS: Final = 10
LINK_QUEUE_MAX: Final = 4_096
DISPATCH_BATCH: Final = 32
PANIC_CLEAR_MINUTES: Final = 10
"""How long the first member's word to clear a panic waits for the second one's."""
ENROLLMENT_TOKENS_LISTED: Final = 200

# The command line
CLIENT_FILE_MAX_BYTES: Final = 64 * KIB
"""Its own small files: the saved connection, the last import, a token in a file."""
