-- A page of the log is a few rows. By the usual guess of a thousand the database compiled the query each time, which
-- took ten times as long as the page.
alter function longshore.events_between(bigint, bigint, bigint) rows 10;
