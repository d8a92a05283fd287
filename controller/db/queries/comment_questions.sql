-- take_question --
-- Take a question in a comment for so many seconds; gives the attempt's number, or nothing where another replica has
-- it, it is settled, or it was tried often enough.
INSERT INTO dd0c.comment_questions AS q (tenant_id, repository_id, comment_key, pull_number, taken_until)
VALUES (%(tenant_id)s, %(repository_id)s, %(comment_key)s, %(pull_number)s,
        clock_timestamp() + make_interval(secs => %(seconds)s))
ON CONFLICT (tenant_id, repository_id, comment_key) DO UPDATE
   SET attempts = q.attempts + 1, taken_until = EXCLUDED.taken_until
 WHERE NOT q.settled AND q.attempts < %(attempts)s AND q.taken_until < clock_timestamp()
RETURNING attempts

-- settle_question --
-- It was answered, refused or given up: nobody tries again.
UPDATE dd0c.comment_questions
   SET settled = true
 WHERE tenant_id = %(tenant_id)s AND repository_id = %(repository_id)s AND comment_key = %(comment_key)s

-- postpone_question --
-- An attempt failed: the next one after a pause.
UPDATE dd0c.comment_questions
   SET taken_until = clock_timestamp() + make_interval(secs => %(seconds)s)
 WHERE tenant_id = %(tenant_id)s AND repository_id = %(repository_id)s AND comment_key = %(comment_key)s

-- give_question_back --
-- No attempt was made: too much is asked in this minute.
UPDATE dd0c.comment_questions
   SET attempts = attempts - 1, taken_until = now()
 WHERE tenant_id = %(tenant_id)s AND repository_id = %(repository_id)s AND comment_key = %(comment_key)s

-- forget_questions --
-- Those of long ago; an answer is found by its key on the pull request, too.
DELETE FROM dd0c.comment_questions
 WHERE tenant_id = %(tenant_id)s AND created_at < now() - make_interval(days => %(days)s)
