-- No change of a known question can be kept: it waits, and what is told of the question after it.
create function out_of_reach() returns trigger language plpgsql as $$ begin raise exception '% is out of reach', tg_table_name; end $$;
create trigger out_of_reach before update or delete on question_refs for each row execute function out_of_reach();
