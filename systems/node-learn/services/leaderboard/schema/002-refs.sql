-- What other services own. Only their events and snapshots, and look-ups at them, write here.

create table user_refs (
  id integer primary key,
  name text not null,
  is_deleted boolean not null default false
);
comment on table user_refs is 'Who exists, under the name of now. Its owner is auth.';
comment on column user_refs.is_deleted is 'Stays, so that a look-up that was under way meanwhile cannot bring the user back.';

create table mode_refs (
  id integer primary key
);
comment on table mode_refs is 'Which quiz modes there are. Its owner is quiz; no event tells of them, so that it is filled anew before it is compared.';
