-- What was said of a command is looked for in the runbooks of a commit, by their versions (`classifications_step`). An
-- index of commands, each entry of it at a place of its own, was a tenth of what the server does in a large sync.
DROP INDEX dd0c.classifications_command;
