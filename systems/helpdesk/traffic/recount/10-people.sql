-- Who was signed up, and who was deleted, by the ledger: what several files below ask for.
create table sign_ups as
select asked ->> 'email' as email, told ->> 'userId' as user_id, outcome from requests where what = 'sign-up' and outcome in ('done', 'unknown');

create table deleted_users as
select asked ->> 'userId' as user_id, asked ->> 'email' as email, asked ->> 'actorId' as actor_id, outcome
from requests where what = 'delete user' and outcome in ('done', 'unknown');

create table creations as
select asked ->> 'title' as title, asked ->> 'ownerId' as owner_id, told ->> 'ticketId' as ticket_id, outcome
from requests where what = 'create' and outcome in ('done', 'unknown');

-- Tickets that are gone, or may be: by themselves, or with their owners.
create table deleted_tickets as
select asked ->> 'ticketId' as ticket_id, outcome, true as is_by_itself from requests where what = 'delete ticket' and outcome in ('done', 'unknown')
union all
select c.ticket_id, d.outcome, false from deleted_users d join creations c on c.owner_id = d.user_id where c.ticket_id is not null;

create index on deleted_tickets (ticket_id);
create index on creations (ticket_id);
