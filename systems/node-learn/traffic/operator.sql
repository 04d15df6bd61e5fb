-- What an operator may do by hand while auth owns the users: a row comes and goes, and what refers to it in the monolith goes with it.
insert into users (google_id, email, name) values ('operator-scratch', 'operator-scratch@node-learn.test', 'Operator Scratch');
delete from users where google_id = 'operator-scratch';
