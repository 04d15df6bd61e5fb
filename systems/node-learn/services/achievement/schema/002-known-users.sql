-- What is known of a user when something about it arrives, in one round trip, and with everybody else kept out meanwhile.

create function known_of(in_user integer, in_question bigint, out epoch text, out is_gone boolean, out owner text)
language sql stable as $$
  select
    (select e.epoch::text from stat_epochs e where e.user_id = in_user),
    exists (select from deleted_refs where (kind, id) in (('user', in_user::bigint), ('question', in_question))),
    badges_owner()
$$;

create function lock_and_know(in_user integer, in_question bigint, out epoch text, out is_gone boolean, out owner text)
language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('achievement.user', in_user));
  if in_question is not null then
    perform pg_advisory_xact_lock_shared(hashtextextended('achievement.question', in_question));
  end if;
  -- A statement of its own: it sees what those have committed who had the locks before.
  select k.epoch, k.is_gone, k.owner into epoch, is_gone, owner from known_of(in_user, in_question) k;
end $$;

comment on function lock_and_know is
  'Until the transaction ends nobody else changes what an answer depends on: the counts and badges of its user, and whether its question exists.';
