drop function out_of_reach cascade;
