-- Tickets and comments. The columns are those of the monolith's tables, so that rows pass both ways unchanged; times are UTC. People are elsewhere.

create type "TicketStatus" as enum ('OPEN', 'IN_PROGRESS', 'DONE');

create table tickets (
  id text primary key,
  "userId" text not null,
  title text not null,
  description text not null,
  status "TicketStatus" not null default 'OPEN',
  "createdAt" timestamp(3) not null default current_timestamp,
  "updatedAt" timestamp(3) not null,
  "assignedToUserId" text
);

create index "tickets_userId_idx" on tickets ("userId");
create index "tickets_assignedToUserId_idx" on tickets ("assignedToUserId");
create index tickets_status_idx on tickets (status);

create table ticket_comments (
  id text primary key,
  "ticketId" text not null references tickets (id) on delete cascade on update cascade,
  "authorId" text not null,
  body text not null,
  "isInternal" boolean not null default false,
  "createdAt" timestamp(3) not null default current_timestamp
);

create index "ticket_comments_ticketId_idx" on ticket_comments ("ticketId");
create index "ticket_comments_authorId_idx" on ticket_comments ("authorId");
