-- What an operator may do by hand while auth owns the users: a row comes, is carried to the monolith, and goes; what refers to it
-- there goes with it. Each step is a transaction of its own.
insert into users (google_id, email, name) values ('operator-scratch', 'operator-scratch@node-learn.test', 'Operator Scratch');
commit;
select pg_sleep(0.5);
delete from users where google_id = 'operator-scratch';
commit;
