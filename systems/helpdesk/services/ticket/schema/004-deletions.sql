-- By which saga somebody is being deleted; null for everybody else. The rest follows from it: nothing of theirs is shown, and nothing new may be theirs.
-- No row of theirs is touched before they are gone, so that nothing has to be put back when they are not deleted after all.
alter table people add column deletion text;

create index people_deletion_idx on people (id) where deletion is not null;

-- What there is for those who ask; who writes a row writes the table.
create view shown_tickets as
  select id, "userId", title, description, status, "createdAt", "updatedAt",
    case when exists (select from people where people.id = "assignedToUserId" and deletion is not null) then null else "assignedToUserId" end
      as "assignedToUserId"
  from tickets
  where not exists (select from people where people.id = "userId" and deletion is not null);

create view shown_comments as
  select * from ticket_comments
  where not exists (select from people where people.id = "authorId" and deletion is not null);
