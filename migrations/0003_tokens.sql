-- What one user has allowed one client in one sign-in: the family of its codes and tokens, the row
-- that locks them and the row that ends them.
create table grants (
    realm bigint not null,
    id text not null,
    client_id text not null,
    user_id text not null,
    -- the browser session it was given in, as clients see it (sid); null without one
    sid text,
    scopes text not null,
    auth_time bigint not null,
    -- JSON array: how the user signed in (RFC 8176)
    amr text not null,
    created_at bigint not null,
    -- the last time the family was locked to be changed
    touched_at bigint not null,
    revoked_at bigint,
    primary key (realm, id),
    foreign key (realm, user_id) references users (realm, id),
    foreign key (realm, client_id) references clients (realm, id)
);
create index grants_of_user on grants (realm, user_id, client_id) where revoked_at is null;

create table access_tokens (
    realm bigint not null,
    digest text not null,
    -- null for a token a client got for itself (RFC 6749 §4.4)
    grant_id text,
    client_id text not null,
    -- what was issued in one answer belongs together
    pair_id text not null,
    scopes text not null,
    issued_at bigint not null,
    expires_at bigint not null,
    revoked_at bigint,
    primary key (realm, digest)
);
create index access_tokens_expiring on access_tokens (realm, expires_at);
create index access_tokens_of_pair on access_tokens (realm, pair_id);

create table refresh_tokens (
    realm bigint not null,
    digest text not null,
    -- what a successor is derived from, with its parent
    id text not null,
    grant_id text not null,
    client_id text not null,
    pair_id text not null,
    scopes text not null,
    issued_at bigint not null,
    -- null: does not expire by itself
    expires_at bigint,
    -- when it was traded for its successor
    used_at bigint,
    successor_id text,
    successor_digest text,
    revoked_at bigint,
    primary key (realm, digest)
);
create index refresh_tokens_expiring on refresh_tokens (realm, expires_at);
create index refresh_tokens_of_pair on refresh_tokens (realm, pair_id);
create index refresh_tokens_of_grant on refresh_tokens (realm, grant_id);
create index access_tokens_of_grant on access_tokens (realm, grant_id) where grant_id is not null;
