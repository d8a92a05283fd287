"""What is asked, and what is not: a preview full of false questions tires its reader."""

from __future__ import annotations

import pytest

from ingest.clauses import clause_at
from ingest.pipeline import preview
from ingest.vague_checks import bare_check, checks_listed, last_check
from ingest.vague_words import Role
from ingest.vagueness import phrases


def asked(text: str) -> list[str]:
    """The sentences that a preview asks about."""
    return [item.text for item in preview(text, "markdown").runbook.spec.ambiguities]


@pytest.mark.parametrize(
    ("sentence", "role", "found"),
    [
        ("Wait until the queue is low.", "told", ["is low"]),
        ("If the number of series is very close to the limit, raise it.", "beside", ["very close to"]),
        ("Try adding more nodes.", "told", ["adding more nodes"]),
        ("If the queue grows too fast, call us.", "beside", ["too fast"]),
        ("Delete the old files.", "told", ["Delete the old files"]),
        ("Delete the old one.", "told", []),
        ("Inform everyone involved.", "told", ["Inform everyone involved"]),
        ("Decide whether to fail over.", "told", ["Decide whether"]),
        ("Run the usual checks.", "told", ["Run the usual"]),
        ("Usually a restart is enough.", "beside", ["Usually a restart is enough"]),
        ("In some cases you have to delete it.", "beside", ["In some cases"]),
        ("Call us if it happens more than once a week.", "told", []),
        ("Do any operation you need.", "told", ["any operation you need"]),
        ("When a pod hangs for a long time, restart it.", "told", ["for a long time"]),
        ("Then this may be the issue.", "beside", ["this may be the issue"]),
        ("There is a good chance you need a full index.", "beside", ["There is a good chance"]),
        ("For some certs the process is slightly different.", "beside", ["slightly different"]),
        ("If something goes wrong, tell us.", "told", ["If something goes wrong"]),
        ("Do it again for various reasons.", "told", ["for various reasons"]),
        ("Kill it if the queue is really messed up.", "told", ["really messed up"]),
        ("You must be logged in to the correct cluster.", "required", ["the correct cluster"]),
        ("Tables without keys will need to be updated.", "beside", ["need to be updated"]),
        ("Document the root cause.", "told", []),
        ("Consider adding capacity.", "told", []),
        ("Use the correct branch by reading the file.", "required", []),
        ("Give it a couple of minutes.", "told", ["Give it a couple of minutes"]),
        ("Page the relevant teams as needed.", "told", ["relevant teams", "as needed"]),
        ("Delete some files.", "told", ["Delete some files"]),
        ("Check for disk issues.", "told", ["Check for disk issues"]),
        ("Make sure that it works properly.", "told", ["works properly"]),
        ("You need the appropriate permissions.", "required", ["appropriate permissions"]),
        ("If the lag keeps growing a lot, call us.", "beside", ["a lot"]),
        ("The resolution depends on the error.", "beside", ["resolution depends on"]),
        ("Identify the root cause and resolve the issue.", "told", ["root cause", "resolve the issue"]),
        ("The node should be rebooted.", "beside", ["should be rebooted"]),
        ("The VM needs to be redeployed.", "told", ["needs to be redeployed"]),
        ("Select the volume, and manually increase the size.", "told", ["manually increase the size"]),
        ("Change the value for max_size.", "told", ["Change the value for max_size."]),
        ("Ask the responsible team.", "told", ["responsible team"]),
        ("Restore the affected index.", "told", ["Restore the affected index"]),
        ("Use whichever zone is available.", "told", ["whichever zone is"]),
        ("Work out what snapshot time is best.", "told", ["what snapshot time is best"]),
        ("If necessary, reenable allocation:", "told", ["If necessary"]),
        ("Install the correct Python and Ansible versions.", "told", ["correct Python and Ansible versions"]),
        ("After a few minutes, delete it.", "told", ["After a few minutes"]),
        ("Run the ansible scripts again.", "told", ["Run the ansible scripts"]),
        ("Check the Grafana dashboard.", "told", ["Check the Grafana dashboard"]),
        ("Notify stakeholders.", "told", ["Notify stakeholders"]),
        ("Upload some other file.", "told", ["some other file"]),
        ("You can restore a good backup.", "beside", ["a good backup"]),
        ("Identify any potential problems.", "told", ["Identify any potential problems"]),
        ("Clean it once in a while.", "told", ["once in a while"]),
        ("You can start by trying to rebuild your image.", "beside", ["trying to rebuild your image"]),
        ("Ask somebody if it stays so.", "told", ["Ask somebody"]),
        ("See the other doc.", "beside", ["the other doc"]),
        ("Refer to internal documentation.", "beside", ["Refer to internal documentation"]),
        ("Wait for it to settle.", "told", ["Wait for it to settle"]),
        ("Update the config accordingly.", "told", ["accordingly"]),
        ("Use your own judgement.", "told", ["your own judgement"]),
        ("Make sure it works.", "required", ["it works"]),
        ("Apply the fix.", "told", ["Apply the fix"]),
        ("Remove the offending process.", "told", ["the offending process"]),
        ("Adjust the settings.", "told", ["Adjust the settings"]),
        ("Adjust the numbers to match your environment.", "told", ["match your environment"]),
        ("Choose any healthy node.", "told", ["Choose any healthy"]),
        ("Check that nothing else is broken.", "told", ["nothing else is broken"]),
        ("Keep monitoring the situation.", "told", ["Keep monitoring"]),
        ("The procedure still needs to be written.", "beside", ["procedure still needs to be written"]),
        ("A reboot usually helps.", "beside", ["usually helps"]),
        ("Add more nodes.", "told", ["Add more nodes"]),
        ("First install it as desired for your machine.", "told", ["as desired"]),
        ("You may add nodes depending on your needs.", "beside", ["depending on your needs"]),
        ("If it fails, you may need to check the container logs.", "beside", ["check the container logs"]),
        ("Post the following, with changes as appropriate:", "told", ["as appropriate"]),
        ("Open it with the tool of your choice.", "told", ["of your choice"]),
        ("Verify that usage is down to a safe level.", "told", ["to a safe level"]),
        ("If you are confident, delete it.", "beside", ["If you are confident"]),
        ("Search the log for any clues.", "told", ["for any clues"]),
        ("If things aren't working right, you can go a level deeper.", "beside",
         ["If things aren't working right"]),
        ("Figure out where the load comes from.", "told", ["Figure out"]),
        ("Watch it for an hour or so.", "told", ["an hour or so"]),
        ("The restore can take a while.", "beside", ["take a while"]),
        ("Give it more memory.", "told", ["it more memory"]),
        ("The limit may need to be made shorter.", "beside", ["may need to be made shorter"]),
        ("It should generally be safe to remove the lock.", "beside",
         ["should generally be safe to"]),
        ("Confirm that it listens on the expected port.", "told", ["the expected port"]),
        ("Be sure to examine relevant log files.", "told", ["relevant log files"]),
        ("Check the cluster's documentation.", "told", ["Check the cluster's documentation"]),
        ("It has to be done multiple times.", "beside", ["multiple times"]),
        ("I'm not sure that it works.", "beside", ["not sure that"]),
        ("Repeat until finished.", "told", ["until finished"]),
        ("See if there is a big shift from typical patterns.", "told", ["big shift", "typical patterns"]),
        ("Put the files in a good location.", "told", ["a good location"]),
        ("It would probably be a daily one.", "beside", ["would probably be"]),
        ("You probably want to add it to the playbook.", "beside", ["You probably want"]),
        ("Several files might need to be updated.", "beside", ["might need to be updated"]),
        ("This may also require creating a region.", "beside", ["may also require creating"]),
        ("The key could be black depending on the instance.", "beside", ["could be black depending on"]),
        ("Repair it if we deem it important enough:", "told", ["deem it important enough"]),
        ("Run the appropriate command:", "told", ["appropriate"]),
        ("Set the size to the desired value.", "told", ["the desired value"]),
        ("Further manual intervention is required.", "beside", ["manual intervention is required"]),
        ("If the queue grows a lot, call us.", "beside", ["a lot"]),
        ("Set the size to the desired value:", "told", ["the desired value"]),
        ("So several files might need to be updated:", "beside", ["might need to be updated"]),
        ("Follow the regular wiki unblock procedures.", "told", ["the regular wiki unblock procedures"]),
        ("Resolve the condition and go on.", "told", ["Resolve the condition"]),
        ("If something weird happens, reboot it.", "told", ["If something weird"]),
    ],
)  # fmt: skip
def test_vague_words_are_found_where_somebody_acts(sentence: str, role: Role, found: list[str]) -> None:
    assert [item.words for item in phrases(sentence, role)] == found


@pytest.mark.parametrize(
    ("sentence", "role"),
    [
        ("This page has not been updated for a while.", "beside"),
        ("The disk is large.", "beside"),
        ("It takes a few minutes.", "beside"),
        ("Latency is usually low at night.", "beside"),
        ("Replace <name> as appropriate.", "told"),
        ("If you cannot resolve the issue, page the owner.", "beside"),
        ("Anything else → page the owner.", "beside"),
        ("You should see something like this.", "beside"),
        ("Scale it to 3 replicas.", "told"),
        ("Increase the size to 20 GiB.", "told"),
        ("Increase the memory limit by one half.", "told"),
        ("Change the value for max_size to 20.", "told"),
        ("Set the timeout as described above.", "told"),
        ("The operator can increase the capacity via the addon.", "beside"),
        ("This may be ok in maintenance mode.", "beside"),
        ("The pod should be recreated automatically.", "beside"),
        ("Once updated, run the Plan pipeline in Concourse.", "told"),
        ("Check the Sentry dashboard to see if any errors are logged.", "told"),
        ("Everything else → page the owner.", "beside"),
        ("The disk is in a strange place.", "beside"),
        ("Use whichever of the two you like.", "told"),
        ("Contact the team.", "told"),
        ("If the disk is large enough (over 2 TB), use the other tool.", "beside"),
        ("You can run the script on your own device.", "beside"),
        ("It will likely still be fine, so go on.", "told"),
        ("Restore the last good backup.", "told"),
        ("Ask somebody in #ops.", "told"),
        ("Ask the owner of the bucket.", "told"),
        ("Replace <name> accordingly.", "told"),
        ("Make sure it works with TLS.", "required"),
        ("The docs are internal.", "beside"),
        ("See the runbook below.", "beside"),
        ("From time to time admins leave the project, and this page is what you need then.", "beside"),
        ("Please be certain that you want it.", "beside"),
        ("Scale up to have the same number of series as before.", "told"),
        ("Consider enabling --lazy-loading to save memory.", "told"),
        ("Post a link to the appropriate “upgrade guide”.", "told"),
        ("If possible, a resource name is the best answer.", "beside"),
        ("When the cluster holds a lot of blocks, the compactor falls behind.", "beside"),
        ("Read this for how to troubleshoot and mitigate this issue.", "told"),
        ("Use the additional disk.", "told"),
        ("Keep checking the lag until it is under 5 seconds.", "told"),
        ("The names may help to find it.", "beside"),
        ("The pods can use a lot of space if they are not properly configured.", "beside"),
        ("The forward dies periodically, so you have to be there.", "beside"),
        ("Since it cannot stay up long enough, you must be quick.", "beside"),
        ("It fails for too long to catch up.", "beside"),
        ("If it says “the state is stable”, call Ann.", "told"),
        ("Use with care.", "told"),
        ("Manual intervention is something that we avoid.", "beside"),
        ("Kill any remaining servers.", "told"),
        ("Build it from the mirror in order to be done in a reasonable time.", "told"),
        ("If the server needs to be restarted it comes back on its own.", "beside"),
    ],
)
def test_words_that_leave_nothing_open_are_not_asked_about(sentence: str, role: Role) -> None:
    assert phrases(sentence, role) == []


def test_code_names_a_script_and_what_only_tells_is_no_instruction() -> None:
    assert phrases("Run the sync script", "told") != []
    assert phrases("Run the sync script", "told", codes=["sync"]) == []
    text = "# A\n\n- Deploy it. It also holds disks, networks etc. along with the proxy.\n- Run `uptime`\n"
    assert asked(text) == []


def test_a_command_below_answers_which_log_but_not_what_is_a_problem() -> None:
    assert phrases("Check the logs", "told", shown=True) == []
    assert len(phrases("Check the pods for any problems", "told", shown=True)) == 1


def test_a_sentence_with_two_open_ends_asks_twice_and_names_the_clause() -> None:
    text = "# A\n\n- Page the relevant people, and restart it if necessary\n- Run `uptime`\n"
    assert asked(text) == ["Page the relevant people", "restart it if necessary"]
    assert clause_at("a, b; c", 3, 4) == (3, 4)


def test_a_check_without_a_criterion_is_asked_about_and_one_with_a_value_is_not() -> None:
    assert bare_check("Verify the replication.")
    assert not bare_check("Verify that the lag is under 10 seconds.")
    assert not bare_check("Verify that `show slave status` has no error.")
    assert not bare_check("Ensure that the workers are running.")
    assert bare_check("Ensure that the workers are running properly.")
    assert bare_check("Verify that the restore was successful.")
    assert not bare_check("Verify diffs are visible.")
    assert not bare_check("Check the port matches your command.")
    assert not bare_check("Check the logs for messages of the raft library.")
    assert bare_check("Check the logs for errors.")
    assert not bare_check("Make sure you upgrade all of them.")
    assert last_check("Restart it, then test nightlies.") == "test nightlies."
    assert last_check("Stop it and check that it is gone.") == ""
    assert last_check("Log in and look around and verify.") == "verify."
    assert not bare_check("Test Repair Bad Cloud File")
    assert bare_check("Check SSL Labs")
    assert checks_listed("Other things to check:")
    text = "# A\n\nRun `uptime`.\n\nOther things to check:\n\n- the disks\n- the network\n"
    assert asked(text) == ["Other things to check:"]
    assert asked("# A\n\nCheck the disks:\n\n```bash\ndf -h\n```\n") == []


def test_what_a_machine_does_wants_a_command_and_what_is_clicked_does_not() -> None:
    assert asked("# A\n\n1. Restart the worker\n2. Run `uptime`\n") == ["Restart the worker"]
    assert asked("# A\n\n1. Restart the worker in the admin console\n2. Run `uptime`\n") == []
    assert asked("# A\n\n1. Verify the backup. Otherwise rollback.\n2. Run `uptime`\n") == [
        "Verify the backup.",
        "Otherwise rollback.",
    ]
    assert asked("# A\n\n1. Once it is up, restart the agents\n2. Run `uptime`\n") == [
        "Once it is up, restart the agents"
    ]
    assert asked("# A\n\n1. Put the site into read-only mode\n2. Run `uptime`\n") != []
    assert asked("# A\n\n1. Put the file into the folder\n2. Run `uptime`\n") == []
    assert asked("# A\n\n1. Fix the permissions\n2. Run `uptime`\n") == ["Fix the permissions"]
    assert asked("# A\n\n1. Fix the permissions with `chmod 600 a`\n2. Run `uptime`\n") == []
    assert asked("# A\n\n1. Delete the merge request\n2. Run `uptime`\n") == []


def test_what_follows_an_instruction_may_say_how_it_is_done() -> None:
    assert asked("# A\n\n1. Check the job. Run the list of `jobs` again.\n2. Run `uptime`\n") == []
    assert asked("# A\n\n1. Check the job. Otherwise call Ann.\n2. Run `uptime`\n") == ["Check the job."]
    assert (
        asked("# A\n\n1. Check the size\n   - Note the size of each tenant in row 3\n\nRun `uptime`\n") == []
    )


def test_the_sentence_under_the_title_tells_what_all_is_for() -> None:
    assert asked("# A\n\nRestore the database in place.\n\n## Steps\n\n- Run `uptime`\n") == []
    assert asked("# A\n\n## Steps\n\n1. Restore the database in place.\n2. Run `uptime`\n") != []


def test_what_a_section_that_explains_tells_to_do_is_asked_about() -> None:
    text = (
        "# A\n\n## Description\n\nFree up some space.\n\nThere is some space.\n\n## Steps\n\n- Run `uptime`\n"
    )
    assert asked(text) == ["Free up some space."]


def test_a_script_with_its_name_behind_it_is_named() -> None:
    text = "# A\n\nRun `uptime`.\n\n1. Execute the cleanup script `./clean.sh -n 3`; three must be left.\n"
    assert asked(text) == []


def test_vague_words_in_what_must_be_true_first_concern_every_step() -> None:
    text = "# A\n\n## Prerequisites\n\n- You need the appropriate group\n\n## Steps\n\n- Run `uptime`\n"
    made = preview(text, "markdown")
    assert [(item.text, item.step) for item in made.runbook.spec.ambiguities] == [
        ("You need the appropriate group", None)
    ]
    assert made.runbook.open_ambiguities(made.runbook.spec.steps[0].id) != ()


def test_a_list_of_links_is_no_list_of_steps() -> None:
    text = "# A\n\nRun `uptime`.\n\n- [Delete an index](delete.md)\n- [Restart the queue](restart.md)\n"
    html = "<h1>A</h1><p>Run <code>uptime</code>.</p><ul><li><a href='/x'>Delete it</a></li></ul>"
    assert [step.command for step in preview(text, "markdown").runbook.spec.steps] == ["uptime"]
    assert [step.command for step in preview(html, "html").runbook.spec.steps] == ["uptime"]
    ordered = "# A\n\n1. [Restart the queue](restart.md)\n2. Run `uptime`\n"
    assert len(preview(ordered, "markdown").runbook.spec.steps) == 2


TOLD_ELSEWHERE = [
    "1. Restart the node\n2. [Resize the disk](#resize)\n\n## Resize the disk\n\n```bash\ndf -h\n```",
    "This involves 2 steps:\n\n1. Extend the volume\n2. Resize the disk\n\n```bash\ndf -h\n```",
    "### 1. Restart the node\n\nHow depends on your provider.\n\n### 2. Look\n\n```bash\ndf -h\n```",
]


def test_what_a_section_or_a_text_below_tells_is_not_asked_about() -> None:
    found = [[item for item in asked(f"# A\n\n{text}\n") if "disk" in item] for text in TOLD_ELSEWHERE]
    assert found == [[], [], []]
    assert asked("# A\n\n1. Restart the node\n2. Resize the disk\n") == [
        "Restart the node",
        "Resize the disk",
    ]


def test_a_listing_that_was_never_written_is_asked_about() -> None:
    assert asked("# A\n\nRun `df -h`.\n\n```sh\nTODO\n```\n") == ["TODO"]


def test_the_case_of_an_instruction_is_asked_about_where_nobody_can_tell_it() -> None:
    assert asked("# A\n\n1. If the eviction rate is high, tell the DBA.\n2. Run `df -h`.\n") == [
        "If the eviction rate is high"
    ]
    assert asked("# A\n\n1. If the eviction rate is over 10, tell the DBA.\n2. Run `df -h`.\n") == []


def test_what_is_taken_or_performed_without_a_command_is_asked_about() -> None:
    assert asked("# A\n\n1. Take a backup.\n2. Perform a rolling restart.\n") == [
        "Take a backup.",
        "Perform a rolling restart.",
    ]
