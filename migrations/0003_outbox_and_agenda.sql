-- What is sent to others: messages (e-mail, SMS), requests (webhooks), their delivery, and what happens by itself later.

-- The last number given of each kind. The row is held until the transaction that takes a number ends, so that numbers
-- become visible in their order: whoever reads on after a number misses nothing.
create table numbers (
    realm bigint not null references realms (id),
    -- outbox: messages and webhooks together
    name text not null,
    value bigint not null,
    primary key (realm, name)
);

-- E-mails and text messages: written in the transaction that causes them, shown in the control API.
create table messages (
    realm bigint not null references realms (id),
    id text not null,
    sequence bigint not null,
    -- email or sms
    channel text not null,
    recipient text not null,
    subject text not null,
    body text not null,
    html text,
    -- what made us write: asap_list.earlier_slot, …
    reason text not null,
    written_at bigint not null,
    primary key (realm, id)
);
create index messages_in_order on messages (realm, sequence, id);

-- Requests to others: written in the transaction that causes them, sent afterwards exactly as they stand here.
create table webhooks (
    realm bigint not null references realms (id),
    id text not null,
    sequence bigint not null,
    -- what happened, in the words of the portal that tells it
    event text not null,
    url text not null,
    -- who named the address: tester (may be this machine) or stranger (may not lead into private networks)
    url_source text not null,
    -- JSON: [[name, value], …] in order; the value of a secret one is null here
    headers text not null,
    -- the values that are null in headers, in order, as sealed JSON
    secret_headers text,
    -- exactly what is sent and signed
    body text not null,
    written_at bigint not null,
    primary key (realm, id)
);
create index webhooks_in_order on webhooks (realm, sequence, id);

-- How the delivery of a message or webhook stands. A message that nothing is configured to send has none.
create table deliveries (
    realm bigint not null references realms (id),
    -- the id of the message or webhook
    id text not null,
    sequence bigint not null,
    -- message or webhook
    kind text not null,
    -- a digest of the address: what goes to one place goes in order
    destination text not null,
    -- due: to be tried at once; waiting: failed, due again at due_at; delivered; given_up
    state text not null,
    -- JSON: how many milliseconds to wait after the first, second, … failure; then it is given up
    pauses text not null,
    -- tries since it was last asked for, and in all
    tries bigint not null,
    attempts bigint not null,
    -- by the realm's clock
    due_at bigint not null,
    -- whoever sends it holds it until then, by the machine's clock
    leased_until bigint,
    -- JSON: the last attempts, oldest first
    history text not null,
    primary key (realm, id)
);
create index deliveries_due on deliveries (realm, destination, sequence) where state = 'due';

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
