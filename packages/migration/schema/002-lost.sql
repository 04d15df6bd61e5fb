-- The service's database was given up; what comes in its place has not been kept from writing yet.
alter table banyan.extraction add column lost boolean not null default false;
