-- A program that does not take part leaves its tables empty; the files below can then still be run.
create schema if not exists auth;
create table if not exists auth.users (like monolith.users);
create table if not exists auth.users_id_seq (like monolith.users_id_seq);
create schema if not exists question;
create schema if not exists quiz;
create table if not exists quiz.user_question_stats (like monolith.user_question_stats);
create table if not exists quiz.user_question_stats_id_seq (like monolith.user_question_stats_id_seq);
create table if not exists quiz.user_refs (id text, is_deleted text);
create table if not exists quiz.question_refs (id text, is_deleted text, question text, topic text, difficulty text, question_type text, practical text);
create table if not exists quiz.unchecked_answers (answer_event_id text, asked_owner text);
create table if not exists quiz.banyan_sagas (id text, name text, key text, state text, input text, correlation_id text, started_at text, ended_at text, marks text, reason text);
create table if not exists quiz.banyan_saga_steps (saga text, number text, kind text, step text, content text);
create schema if not exists achievement;
create table if not exists achievement.user_achievements (like monolith.user_achievements);
create table if not exists achievement.user_achievements_id_seq (like monolith.user_achievements_id_seq);
create table if not exists achievement.answer_refs (user_id text, question_id text, correct_count text, incorrect_count text);
create table if not exists achievement.user_refs (id text);
create table if not exists achievement.question_refs (id text, question_type text, difficulty text, practical text);
create schema if not exists leaderboard;
create table if not exists leaderboard.leaderboards (like monolith.leaderboards);
create table if not exists leaderboard.user_refs (id text, name text, is_deleted text);
create table if not exists leaderboard.mode_refs (id text);
create table if not exists leaderboard.mode_scores (user_id text, quiz_mode_id text, correct_answers text, total_questions text);
create schema if not exists admin;
create table if not exists admin.audit_entries (event_id text, question_id text, action text);
create schema if not exists maintenance;
create table if not exists maintenance.maintenance_runs (job text, scheduled_for text, finished_at text);
create schema if not exists events;
create table if not exists events.banyan_events (position text, id text, type text, payload text, correlation_id text, aggregate_id text, service_id text, version text);
create table if not exists events.banyan_bus_groups (id text, name text);
create table if not exists events.banyan_bus_group_types (group_id text, type text, begins_after text);

create view sides_of_users as select side from sides where side in ('monolith', 'auth');

create view users_everywhere as
select 'monolith' as side, id, google_id, email, name, picture from monolith.users where exists (select from sides where side = 'monolith')
union all
select 'auth', id, google_id, email, name, picture from auth.users where exists (select from sides where side = 'auth');

-- When a service was the owner, from one told moment to another: fact 'owned by quiz' is [[from, to], ...] in milliseconds since 1970.
create view owned as
select substr(name, length('owned by ') + 1) as service, (span ->> 0)::numeric as from_at, (span ->> 1)::numeric as to_at
from facts, jsonb_array_elements(value::jsonb) as span where name like 'owned by %';
