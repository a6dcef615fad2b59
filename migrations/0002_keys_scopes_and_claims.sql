-- What is set up at run time: a realm's own signing keys, its scopes, rules for claims.

-- A realm without rows signs with the keys that are shipped for development.
create table signing_keys (
    realm bigint not null references realms (id),
    kid text not null,
    -- of those that sign with one algorithm the last one does
    sequence bigint not null,
    -- RS256 or ES256 (RFC 7518 §3.1)
    algorithm text not null,
    -- sealed: the private key as a PKCS#8 PEM text
    private_key text not null,
    -- false: published and trusted, but never signing
    signs boolean not null,
    created_at bigint not null,
    primary key (realm, kid)
);

-- Scopes beside those of the policy, or in place of one of the same name.
create table scopes (
    realm bigint not null references realms (id),
    name text not null,
    sequence bigint not null,
    -- JSON object: language (en, de, es) to what the consent page says
    descriptions text not null,
    -- JSON array: the names of the user's claims it opens
    claims text not null,
    primary key (realm, name)
);

-- Claims that tokens and answers carry beside the user's own.
create table claim_rules (
    realm bigint not null references realms (id),
    id text not null,
    sequence bigint not null,
    -- null: whichever client, user, scope it is
    client_id text,
    user_id text,
    scope text,
    -- JSON array of id_token, access_token, userinfo, introspection
    places text not null,
    -- JSON object: claim to value; texts in it may be templates
    claims text not null,
    primary key (realm, id),
    foreign key (realm, client_id) references clients (realm, id),
    foreign key (realm, user_id) references users (realm, id)
);
create index claim_rules_in_order on claim_rules (realm, sequence, id);
