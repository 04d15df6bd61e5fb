-- No badge can be given and no change of a known question can be kept: right answers that earn something are taken back, changes of questions wait.
create function out_of_reach() returns trigger language plpgsql as $$ begin raise exception '% is out of reach', tg_table_name; end $$;
create trigger out_of_reach before insert on user_achievements for each row execute function out_of_reach();
create trigger out_of_reach before update or delete on question_refs for each row execute function out_of_reach();
