-- What a user has allowed a client, remembered until withdrawn.
create table consents (
    realm bigint not null,
    user_id text not null,
    client_id text not null,
    scopes text not null,
    given_at bigint not null,
    primary key (realm, user_id, client_id),
    foreign key (realm, user_id) references users (realm, id),
    foreign key (realm, client_id) references clients (realm, id)
);

-- Authorization requests in flight: from the redirect to a page until the answer.
create table authorization_requests (
    realm bigint not null,
    id text not null,
    client_id text not null,
    -- JSON: the request as it was checked
    request text not null,
    -- the session the row belongs to, once somebody has signed in for it
    session_id text,
    -- that somebody signed in for this very request: satisfies prompt=login, select_account, max_age
    signed_in_at bigint,
    -- the answer on the consent page: allow, deny
    decision text,
    created_at bigint not null,
    expires_at bigint not null,
    finished_at bigint,
    primary key (realm, id),
    foreign key (realm, client_id) references clients (realm, id)
);
-- for the bound on unfinished ones
create index authorization_requests_unfinished on authorization_requests (realm, created_at) where finished_at is null;
create index authorization_requests_expiring on authorization_requests (realm, expires_at);
create index authorization_requests_of_session on authorization_requests (realm, session_id)
    where session_id is not null and finished_at is null;

create table authorization_codes (
    realm bigint not null,
    digest text not null,
    grant_id text not null,
    client_id text not null,
    redirect_uri text not null,
    nonce text,
    code_challenge text,
    code_challenge_method text,
    issued_at bigint not null,
    expires_at bigint not null,
    redeemed_at bigint,
    primary key (realm, digest)
);
create index authorization_codes_expiring on authorization_codes (realm, expires_at);
create index authorization_codes_of_grant on authorization_codes (realm, grant_id);
