-- Who is being deleted, by which saga. No column of users, because those flow back to the monolith, and without a reference to them, because rows that
-- flow may be emptied and filled again.
create table deletions (
  "userId" text primary key,
  saga text not null unique
);

-- Everybody but those: what sign-in, look-ups and lists know. Their addresses stay taken until they are gone.
create view present_users as
  select * from users where not exists (select from deletions where "userId" = users.id);
