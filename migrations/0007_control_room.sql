-- What happens by itself at an instant of a realm's clock: a reminder, the next attempt of a delivery. Written in the
-- transaction that causes it, gone in the one that does it.
create table agenda (
    realm bigint not null references realms (id),
    id text not null,
    sequence bigint not null,
    due_at bigint not null,
    -- whose handler does it: mypatientportal.reminder, …
    kind text not null,
    -- what it is about: the id of an appointment, of a delivery
    subject text not null,
    -- how often doing it has failed
    failures bigint not null,
    primary key (realm, id)
);
create index agenda_due on agenda (realm, due_at, sequence, id);
create index agenda_of_subject on agenda (realm, kind, subject);

-- at what speed, in thousandths, a frozen clock goes on when it is resumed
alter table realms add column clock_resumes_at bigint not null default 1000;
-- what the realm's chance is drawn from, where it can be repeated; null: from the machine's
alter table realms add column chance_seed text;
-- how many processes have drawn from it so far: each has a stream of its own, so that nothing is given twice
alter table realms add column chance_epoch bigint not null default 0;
-- sealed JSON: what the realm was made from, and what a reset goes back to; null for realms older than this column
alter table realms add column origin text;

-- how long before an appointment a reminder is written; 0: none
alter table mypatientportal_practices add column reminder_minutes bigint not null default 1440;
