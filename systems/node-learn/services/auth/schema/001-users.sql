-- People who have signed in with Google. The columns are those of the monolith's table, so that rows pass both ways unchanged.

create table users (
  id serial primary key,
  google_id varchar(255) not null unique,
  email varchar(255) not null unique,
  name varchar(255) not null,
  picture text,
  is_admin boolean default false,
  created_at timestamp default current_timestamp,
  updated_at timestamp default current_timestamp
);

create index idx_users_google_id on users (google_id);
create index idx_users_email on users (email);

create function set_updated_at() returns trigger language plpgsql as $$
begin
  new.updated_at = current_timestamp;
  return new;
end;
$$;

create trigger users_set_updated_at before update on users for each row execute function set_updated_at();

-- Id 1 is the guest that every visitor without a token acts as: nobody who signs in may get it.
select setval('users_id_seq', 1);
