-- The next number of each kind that must never be given twice.
create table counters (
    name text not null primary key,
    value bigint not null
);
insert into counters (name, value) values ('realm', 0);

-- One issuer with everything that belongs to it.
create table realms (
    id bigint not null primary key,
    name text not null,
    -- JSON: the policy's preset and switches
    policy text not null,
    -- what the realm's clock showed when it was last set, the machine's time then, thousandths of real time since
    clock_shown bigint not null,
    clock_set_at bigint not null,
    clock_rate bigint not null,
    -- sealed: what the realm's own keys are derived from
    root_secret text not null,
    -- raised whenever settings, policy, clock or clients change; never when tokens are issued
    revision bigint not null,
    created_at bigint not null,
    -- by the machine's clock: when a realm made for a while goes away
    expires_at bigint,
    deleted_at bigint
);
create unique index realms_living on realms (name) where deleted_at is null;
create index realms_expiring on realms (expires_at) where deleted_at is null and expires_at is not null;

create table clients (
    realm bigint not null references realms (id),
    id text not null,
    sequence bigint not null,
    -- a digest of a generated secret (sha256:…) or a PHC string of a chosen one; null for public clients
    secret text,
    -- JSON: the client's metadata in the words of RFC 7591
    metadata text not null,
    created_at bigint not null,
    primary key (realm, id)
);
create index clients_in_order on clients (realm, sequence, id);

create table users (
    realm bigint not null references realms (id),
    id text not null,
    sequence bigint not null,
    username text not null,
    -- what is searched: the user name in lower case
    username_folded text not null,
    -- a PHC string; null for a user who can be picked but not sign in by password
    password text,
    -- why the persona picker offers this user: the reason a client must cope with
    persona text,
    -- JSON: the user's claims (OIDC Core §5.1) and the portals'
    claims text not null,
    created_at bigint not null,
    primary key (realm, id)
);
create unique index users_by_name on users (realm, username_folded);
create index users_in_order on users (realm, sequence, id);
