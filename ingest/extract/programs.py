"""Which names begin a command line: those listed for prose, and every program that the scanner knows.

In code alone: the scanner knows programs whose names are words of every sentence, and those stay out.
"""

from __future__ import annotations

from typing import Final

from ingest.extract.vocabulary import COMMANDS
from scanner.tables import tool, wrapper

_WORDS: Final = frozenset(
    """
    ag age ar arch argo as ash at atop axel bandit bao bat batch beeline below bind boot bottom boundary
    break brew bridge bun caddy cadence caffeinate cal caller cap capistrano cargo celery chamber choco
    choom chronic cinder civo cloud cmd cockroach code collect column comm command comment complete composer
    compress concourse conda consul continue copilot cost crane crash cron crystal cue dagster dash
    databricks declare defaults dig dir dirs disable dive dog domainname dool draft drill drone druid dua
    duplicity dust ed enable entr envoy escript ex exec expand expect exp fab factor false fd file fish
    fission flake flower fly fold format fping garden gator graph group gulp guile halt hash hd head
    heartbeat helix help hey hg history hive homectl https hubble icons id in influx info init install
    invoke java jest job jobs join just keepalived kind konsole let line ll local locale locate logname
    logout look loki low lower mail man map max mc memcached metabase micro mocha monitor more mosh most
    mountpoint named nano net nexus nginx ninja nl node nomad nova now od op open orchestrator packer
    parallel pass paste patch pcs perf php ping poetry polaris pop port pr prefect presto profile prometheus
    promtail puma puppet q quota railway rancher rd read readarray real realm reg rename resolve reset
    restic rev review rig route rq rundeck sam sc scala screen script security see select send sensors
    server serverless service set shift shopt siege sidekiq skill slay snap snow sort spin split splunk
    sponge squid st start stat step stop stomp strings sum superset swift switch task telegraf telepresence
    temporal terminal test thanos tilt time timeout times tiny tini toe top touch tox traefik trap tree
    trino trip trivy true tuned type ua ug unicorn uniq unlink up user users values varnish vector vegeta
    view vol w wait waypoint werf what whatis where which who wipe wish woodpecker wrk write yes zeebe zip
    zookeeper alias break builtin compgen continue function getopts local readonly return set typeset
    alertmanager alloy containerd dockerd elasticsearch etcd fluentd grafana kubelet kibana logstash minio
    mongod mysqld ntpd postgres rsyslogd sshd containerd-shim
    """.split()
)
"""Names of programs that are words of English too, or of daemons, with which lines of a log begin."""

_MORE: Final = frozenset(
    """
    a2dissite a2enmod ansible-galaxy ansible-pull ansible-vault bosh ceph-volume certutil chkdsk cloud-init
    crushtool cupsenable dcdiag dracut esxcli freebsd-update galera_new_cluster gpupdate growpart
    grub-mkconfig grub2-install grub2-mkconfig icacls ifenslave iisreset innobackupex ipconfig kolla-ansible
    krb5_newrealm ktutil lxc-attach lxc-destroy lxc-start lxc-stop mariadb-backup mkinitcpio mkinitrd
    monmaptool mount.cifs mysql_upgrade named-checkconf named-checkzone netsh nltest omconfig omreport
    openstack-ansible portsnap procdump pwck pwgen qemu-img rc-update rdiff-backup repadmin robocopy
    rsnapshot schtasks sfc slapadd slapcat smbclient sstableloader swift-ring-builder taskkill tasklist uaac
    unset update-ca-trust update-initramfs vim-cmd virt-install w32tm wevtutil wmic xfsdump xfsrestore zdb
    """.split()
)
"""What neither list has."""


def is_program(name: str) -> bool:
    """Whether a word is the name of a program and hardly anything else."""
    if name in COMMANDS or name in _MORE:
        return True
    return name[:1].isalnum() and name not in _WORDS and (tool(name) is not None or wrapper(name) is not None)
