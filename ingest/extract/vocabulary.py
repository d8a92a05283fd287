"""Words that tell a command from prose, and a step from an explanation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

COMMANDS: Final = frozenset(
    """
    a2ensite apachectl argocd barman blkid buildah calicoctl cassandra cephadm cilium cosign curator doctl
    dnf doveadm drbdadm dropdb createdb ethtool eximstats fallocate flyctl haproxy heroku hostnamectl
    iscsiadm k3s keytool kubeadm linkerd loginctl lsmod lvcreate lvreduce mailq mkswap modprobe mongorestore
    multipath newrelic nmcli nodetool nssm nvidia-smi pcs pgbackrest pgbouncer pm2 postcat postqueue postsuper
    pulumi qshape repmgr rmmod rndc skopeo sops supervisorctl talosctl terragrunt timedatectl tracepath
    tshark varnishadm vgextend vgs yum zkcli zypper ansible ansible-playbook apt apt-get aptitude awk aws az
    base64 bash basename bundle cat cd ceph certbot chef-client chgrp chmod chown chronyc consul cp crictl
    cqlsh crontab ctr curl cut date dd df diff dig dirname dmesg docker docker-compose dpkg du echo env
    etcdctl eksctl eval exit export fdisk find fio flux free fsck gcloud gem getent git glab go grep groups
    gsutil gunzip gzip hammer head helm host hostname htop http id ifconfig ionice iostat ip ipmitool
    iptables ipvsadm istioctl journalctl jq k k9s kafka-acls kafka-configs kafka-consumer-groups
    kafka-topics kill killall kinit knife kubectl kustomize last ldapsearch less ln logger logrotate ls
    lsblk lscpu lsof lvextend lvs make md5sum mdadm mkdir mkfs mongo mongodump mongosh mount mpstat mv mysql
    mysqladmin mysqldump nc netstat nft nginx nice nmap node nohup nomad nslookup npm ntpq nvme oc openssl
    parted passwd patronictl perl pg_basebackup pg_ctl pg_dump pg_isready pg_restore pgrep ping pip pkill
    podman printenv printf promtool ps psql pvs python python3 rabbitmqctl rake rails redis-cli resize2fs
    restorecon rm rmdir rpm rsync ruby sar scp sed sentinelctl seq service sftp shred sha256sum shutdown
    sleep smartctl sort source sqlite3 ss ssh ssh-keygen strace su sudo swapoff swapon sync sysctl systemctl
    tail tar tcpdump tee telnet terraform test tmux top touch tr traceroute truncate tsh ufw umount uname
    unzip update-ca-certificates uptime useradd usermod uvicorn vacuumdb vault velero vi vim virsh virtctl
    vmstat watch wc wget which who whoami xargs xfs_growfs yarn yq yum zcat zgrep zfs zpool
    """.split()
)
"""Names that begin a command line in runbooks. A list like this misses about 8 % of them, so that a shell
label or a prompt counts too."""

SHELL_LABELS: Final = frozenset(
    "bash sh shell zsh ksh console terminal shell-session shellsession sh-session".split()
)
SESSION_LABELS: Final = frozenset(
    "console terminal shell-session shellsession sh-session text txt output".split()
)
"""Of blocks that show what was typed and what was printed, where a `#` is rather a prompt than a comment."""
OTHER_LABELS: Final = frozenset(
    """
    yaml yml json json5 toml ini xml html promql sql python ruby go java js javascript ts typescript diff
    hcl tf terraform conf config properties log logs output csv dockerfile groovy lua php nginx text txt
    mermaid dot tsx jsx css scss vue svelte c cpp cs csharp rs rust kotlin swift perl julia graphql proto
    protobuf dart scala elixir erlang haskell clojure http jsonnet logql kql kusto cypher rego bicep systemd
    patch dotenv matlab vb
    """.split()
)
"""Labels of blocks that are no shell."""

NEUTRAL_LABELS: Final = frozenset("cmd command commands code none plain plaintext example text txt".split())
"""Labels that say nothing: read as without one."""

PROMPTED_LABELS: Final = frozenset("text txt conf config output log logs".split())
"""Of these, the labels under which prompted commands are found all the same."""

SUBCOMMANDS: Final = frozenset(
    "kubectl oc docker git helm aws systemctl gcloud az terraform podman k".split()
)
"""Programs whose second word is a verb."""

RUN_VERBS: Final = re.compile(
    r"(?i)\b(?:run|runs|running|execute|executing|exec|issue|type|enter|use|using|with|via|by|do|try|"
    r"call|invoke|"
    r"apply|start|then|check|verify|list|show|get|see|command)\b[^`.]{0,60}$"
)
"""What stands before inline code that the reader is told to run."""

IMPERATIVES: Final = frozenset(
    """
    accept access acknowledge add alert analyze announce apply ask assign attach back backup block bring call
    cancel change check choose clean clear click close collect compare complete configure confirm connect
    consider contact copy cordon create decrease delete deploy detach determine disable disconnect download
    drain drop edit enable ensure enter escalate establish evict examine execute expand export fail failover
    fetch file find fix flush follow force gather get give go grab identify import increase inform inspect
    jump install investigate invite isolate join keep kill leave list locate lock log login look make mark
    merge migrate modify monitor mount move navigate note notify observe open page pause perform ping plan
    point post prepare press promote provide publish pull purge push put query raise read reboot rebuild
    reclaim reconfigure record recover recreate redeploy reduce refer refresh register reload remove rename
    renew repair repeat replace replay report request reset resize resolve restart restore resume retrieve
    retry return revert review revoke roll rollback rotate run save scale schedule scroll search select send
    set share shut sign silence skip snapshot ssh start stop submit switch take tell terminate test throttle
    trigger truncate try turn type uncordon undo uninstall unlock unmount unpause update upgrade use validate
    verify view visit wait watch write carry communicate consult continue coordinate delegate diagnose
    double-check evaluate extend free perform proceed propose re-run reapply reconnect redo reinitialize
    reinstall rejoin remount reprocess rerun resubmit resync setup talk treat troubleshoot unblock allocate
    analyse approve assess attempt authenticate begin broadcast bump bypass capture cease clone commit
    correlate declare decommission demote disassociate discard dismiss download dump elevate enumerate
    escalate extract generate grant halt initialise initialize initiate inject invoke launch maintain
    mitigate obtain patch preserve prevent prioritise prioritize prune quarantine re-create re-enable
    reattach rebalance recheck reconcile redirect reinstate reissue relaunch remediate remember reopen
    repoint reproduce requeue reroute resend respond restrict retest retire scan seed specify spin stabilize
    suspend sync tail convert fill exit quit unset encrypt decrypt re-encrypt rekey compile compress
    calculate annotate evacuate swap boot shut power plug unplug hit tick untick collapse ssm pick drag split
    reach grab force escalate summarise summarize clarify deregister rewind paste recycle toggle adjust tweak
    tidy alter reenable reindex transfer triage tune unregister unsuspend unzip upload vacuum warm wipe
    abort withdraw zip figure rdp lower bounce kick ack telnet curl su sudo scp sftp dig decide
    """.split()
)

NOT_STEPS: Final = re.compile(
    r"(?i)^(?:meaning|impact|overview|summary|purpose|goals?$|objectives?$|background|introduction|about|description|references?|links?|"
    r"see also|further reading|related|contacts?|changelog|history|glossary|appendix|metadata|"
    r"table of contents|resources$|useful links|"
    r"when (?:to use|should (?:this|it|you use|i use|we use))|additional (?:information|"
    r"resources)|more information|symptoms?|causes?|notes?|why)\b"
)
"""Headings of sections that explain; what stands there becomes notes."""

_TELLS_STEPS: Final = re.compile(
    r"(?i)^(?:steps?|procedures?|instructions?|how to|resolution|remediation|mitigation|what to do)\b"
)


_STEPS_LINE: Final = re.compile(
    r"(?i)^\W{0,4}(?:[\w-]+ ){0,2}(?:steps|procedures?|instructions|process)\s?:?\W{0,3}$"
)


def names_steps(text: str) -> bool:
    """Whether a line is nothing but the title of the steps below it: “Execution Steps”."""
    return _STEPS_LINE.match(text) is not None


@lru_cache(maxsize=64)
def heading_words(heading: str) -> str:
    """A heading without the signs and the number before its words."""
    return _NUMBER.sub("", text_of(heading)).lstrip("*_ ")


def explained(headings: Sequence[str]) -> bool:
    """Whether what stands below these headings, the outermost first, explains: the innermost one that says so
    or that steps follow decides.
    """
    for heading in reversed([heading_words(text) for text in headings]):
        if NOT_STEPS.match(heading):
            return True
        if _TELLS_STEPS.match(heading):
            return False
    return False


PREREQUISITES: Final = re.compile(
    r"(?i)^(?:pre-?\s?req(?:uisite)?s?|requirements?|before (?:you )?(?:begin|start)|pre-?conditions?|"
    r"before you (?:touch|do|run|change|proceed|continue|go)\b|before (?:touching|changing|doing)\b|"
    r"what(?:['’]s| is) (?:needed|required)|you(?:['’]ll| will| would|['’]d)? want(?=\W*$)|"
    r"(?:things|what) we need|"
    r"before(?:hand)?\W*$|"
    r"what you need|pre-?\s?flight(?: checks?| checklist)?|assumptions?|"
    r"before (?:proceeding|running|anything)|"
    r"what you(?:['’]ll| will) need|you (?:['’]ll )?(?:will )?need|who (?:can|may) (?:do|run|use)\b|"
    r"(?:required|needed|necessary) (?:[\w-]+ )?(?:access|permissions?|tools?|tooling|roles?|credentials?|"
    r"software|packages|knowledge|privileges|information|accounts?)|"
    r"(?:[\w-]+ )?requirements?(?=\W*$)|permissions|access|"
    r"(?:starting|initial) (?:situation|point|state|conditions?))\b"
)
"""Headings over what must be true before the first step."""


_NUMBERED: Final = re.compile(r"(?i)^\W{0,4}(?:(?:step|phase|part)\s*)?\d")
_NUMBER: Final = re.compile(
    r"(?i)^(?:(?:step|phase|part|section)\s{0,3}[\da-z]{1,3}\s{0,3}[:.)–—-]|"
    r"\d{1,3}(?:\.\d{1,3}){0,4}\s{0,3}[:.)–—-](?!\d)|"
    r"\d{1,3}(?:\.\d{1,3}){0,4}(?=\s)|[A-Z][.)])\s{0,4}(?=\S)"
)
"""The number of a heading: “1.2 Overview”, “Step 1: Prerequisites”."""


def asks_below(headings: Sequence[str]) -> bool:
    """Whether below these headings, the outermost first, stands what must be true first: by the innermost, or
    by one around it where those inside only name kinds of it (“Prerequisites” over “Access rights”).
    """
    for heading in reversed(headings):
        if PREREQUISITES.match(heading_words(heading)):
            return True
        if _TELLS_STEPS.match(heading) or _NUMBERED.match(heading) or is_imperative(heading):
            return False
    return False


NEEDED_BELOW: Final = re.compile(
    r"(?i)\b(?:things?|items?|following|these)\b[^.:]{0,20}\b(?:is|are|must be|"
    r"need to be) (?:required|needed|necessary|"
    r"met|in place)\b|\bassumes? (?:the following|that(?: you [^.:]{1,60})?)\W*$|\byou(?:['’]ll|"
    r" will)? (?:also )?need(?: the following)?\W*$|"
    r"\b(?:make sure|ensure|verify|confirm|check|be sure) (?:that )?you(?:['’]ve| have)(?: got)?"
    r"(?: access to)?(?: all(?: of)?)?(?: the following| these)?(?: [\w-]+){0,2}\W*$"
)
"""“Two things are required when …:” over a list."""


def first_word(text: str) -> str:
    """The first word of a sentence in lower case, without punctuation."""
    words = _ADMONITION.sub("", text.strip()).lstrip("*_#>-•([\"'").split(None, 1)
    return words[0].strip(".,:;!*_()[]\"'").lower() if words else ""


_REMARK: Final = re.compile(
    r"(?i)^figure\b(?! out\b)|^note\b(?!\s+(?:the|down|which|your|its|all|any|every|each|what|their|this)\b)"
)
"""“Note that …”, “NOTE: …” tells something; “note the name” tells to."""


_WHERE: Final = re.compile(
    r"(?i)^(?:in|on|from|within|under|at|inside|via|using|through|after|once|before|during)\s[^,.:;]{2,70},\s+"
    r"(?:then\s+|please\s+)?|^(?:in|on|from|within) (?:the |your )?(?:[\w-]+ ){0,3}"
    r"(?:portal|console|dashboard|ui|cockpit|terminal|shell)\s+|"
    r"^after (?:an?|\d{1,4}|a few|some|several|two|three|five|ten)[ -]?(?:seconds?|minutes?|mins?|hours?|"
    r"days?|attempts?|tries|retries)\s+"
)
"""“Within the portal, open …”, “Once it is fixed, start …”."""


def is_imperative(sentence: str) -> bool:
    """Whether a sentence tells somebody to do something."""
    text = re.sub(
        r"(?i)^(?:(?:note|warning|important|caution|tip|info)\s*:\s*|step\s*\d+\s*[:.)-]\s*|"
        r"\d+[.)]\s*|\((?:optional|recommended|if (?:needed|necessary|required))\)\s*|(?:first|"
        r"second|third|then|next|now|finally|also|please|"
        r"afterwards|lastly|otherwise|firstly|secondly|alternatively|additionally|manually|"
        r"temporarily|immediately|"
        r"carefully|gracefully|optionally|safely|quickly|gradually|ideally|regularly|periodically|simply|"
        r"slowly|securely|cautiously|promptly|forcefully|forcibly|thoroughly|permanently|completely|remotely|"
        r"explicitly|directly|physically|incrementally|again|"
        r"before (?:that|this|doing so|you do(?: so| that| this)?)|beforehand|"
        r"prior to (?:that|this)|remember to|be (?:sure|careful|certain) to|(?:do not|don['’`´]?t|"
        r"never) forget to|"
        r"(?:right|left|double)(?=[\s-]click))\b[,:]?[\s-]*)+",
        "",
        text_of(sentence),
    )
    if _REMARK.match(text) is not None:
        return False
    told = first_word(text)
    if told in IMPERATIVES or ("/" in told and all(word in IMPERATIVES for word in told.split("/"))):
        return True
    where = _WHERE.match(text)
    return where is not None and first_word(text[where.end() :]) in IMPERATIVES


_BOX: Final = re.compile(r"^\[[ xX]?\]\s+")
"""A box to tick."""


_ADMONITION: Final = re.compile(
    r"^(?:\[![A-Za-z]{2,12}\][+-]?|(?:!!!|\?\?\?\+?)[ \t]{0,3}[a-z]{2,20}(?:[ \t]{1,3}\"[^\"\n]{0,80}\")?|"
    r":::[ \t]{0,3}[a-z]{2,20}|\{%[^%\n]{0,120}%\}|\{\{[%<][^\n{}]{0,120}[%>]\}\})\s{1,4}(?=\S)"
)
"""With which the flavours of Markdown open a box: `> [!NOTE]`, `!!! danger`, `:::info`, `{% hint %}`."""


def text_of(sentence: str) -> str:
    """A sentence without the marks of emphasis, of a box to tick and of a box around it at its start."""
    return _BOX.sub("", _SIGNS.sub("", _ADMONITION.sub("", sentence.strip())).lstrip("*_ "))


_SIGNS: Final = re.compile(
    "^(?:[\u2139\u2600-\u26d3\u26d5-\u2713\u2715\u2716\u2719-\u274b\u274d\u2753-\u2763\u2795-\u27bf\u2b50\ufe0f\u200d"
    "\U0001f100-\U0001f44d\U0001f44f-\U0001f6aa\U0001f6ac-\U0001faff]|:[a-z_]{3,30}:(?=\\s))+\\s*"
)
"""Signs before a sentence: of warning, of a step done; not those that forbid."""

OTHER_I: Final = re.compile("[\u0130\u0131]")
"""`re` takes both for an `i` where case does not count, `re2` neither."""
_ENDS: Final = re.compile(r"(?<=[.!?])\s+(?=[A-Z`“\"(\[*_])|\n+")


def sentences(text: str) -> list[str]:
    """The sentences of a paragraph; a dot inside a word, a number or a file name ends none."""
    return [text[start:end] for start, end in sentence_places(text)]


def sentence_places(text: str) -> list[tuple[int, int]]:
    """Where each sentence stands, without the blanks around it."""
    return list(_places(text))


@lru_cache(maxsize=8)
def _places(text: str) -> tuple[tuple[int, int], ...]:
    """Kept for the last few texts: every reader of a block asks for its sentences."""
    places: list[tuple[int, int]] = []
    begin = 0
    for found in (*_ENDS.finditer(text), None):
        end = len(text) if found is None else found.start()
        part = text[begin:end]
        if part.strip():
            places.append((begin + len(part) - len(part.lstrip()), begin + len(part.rstrip())))
        begin = end if found is None else found.end()
    return tuple(places)
