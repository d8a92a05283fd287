"""Runbooks of the engine's integration tests."""

from __future__ import annotations

from typing import Final

STORY: Final = """
apiVersion: dd0c.run/v1
kind: Runbook
metadata: {name: story, title: A story, service: web}
spec:
  trustLevel: 2
  target: {labels: {role: shell}}
  variables:
    - {name: host, pattern: "web-[0-9]{1,2}", example: web-1}
  prerequisites:
    - {id: vpn, text: Be on the VPN}
  steps:
    - id: look
      title: Look at the machine
      command: uname -a
      idempotent: true
      retries: 1
    - id: ask
      title: Is it slow?
      manual: Open the panel of {{ host }}. Is it slow?
      answers: ["yes", "no"]
    - id: mark
      title: Leave a mark
      needs: [look, ask]
      when: {step: ask, answer: "yes"}
      command: touch /tmp/{{ host }}.mark
      rollback: {command: "rm /tmp/{{ host }}.mark"}
    - id: drop
      title: Drop the pod
      needs: [mark]
      command: kubectl delete pod {{ host }}
      confirm: "{{ host }}"
"""

ONE: Final = """
apiVersion: dd0c.run/v1
kind: Runbook
metadata: {name: one, title: One command}
spec:
  trustLevel: %(trust)d
  steps:
    - id: only
      title: Only this
      command: %(command)s
"""
