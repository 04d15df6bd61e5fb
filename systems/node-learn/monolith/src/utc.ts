/** Sets the program's local time to UTC, because the database columns without a time zone hold UTC. Import it first. */
process.env.TZ = 'UTC';
