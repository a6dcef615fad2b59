-- A browser that is signed in. The id is the digest of the cookie's value.
create table sessions (
    realm bigint not null,
    id text not null,
    user_id text not null,
    -- what clients learn of the session (OIDC Back-Channel Logout §2.1)
    sid text not null,
    auth_time bigint not null,
    -- JSON array (RFC 8176)
    amr text not null,
    user_agent text,
    expires_at bigint not null,
    ended_at bigint,
    primary key (realm, id),
    foreign key (realm, user_id) references users (realm, id)
);
create index sessions_of_user on sessions (realm, user_id) where ended_at is null;
create index sessions_expiring on sessions (realm, expires_at);
create unique index sessions_by_sid on sessions (realm, sid);
