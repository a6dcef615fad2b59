-- The emulated mediQuo. Codes, hashes and keys are the seed's or the caller's; ids of ours are uuid v7.

-- A customer of mediQuo. Its row is the lock under which its patients change.
create table mediquo_organizations (
    realm bigint not null references realms (id),
    -- what API v2 calls the user name
    id text not null,
    sequence bigint not null,
    name text not null,
    -- public: the widget shows it to everybody
    api_key text not null,
    secret_key_digest text not null,
    -- of API v2; null where that is not enabled
    password_digest text,
    -- whether activation codes may be sent
    sends_activation_codes boolean not null,
    -- raised whenever the organization is locked; numbers the versions of its patients
    changes bigint not null,
    primary key (realm, id),
    unique (realm, api_key)
);
create index mediquo_organizations_in_order on mediquo_organizations (realm, sequence, id);

create table mediquo_professionals (
    realm bigint not null,
    hash text not null,
    organization_id text not null,
    sequence bigint not null,
    name text not null,
    avatar text not null,
    title text not null,
    description text not null,
    speciality_id bigint not null,
    speciality text not null,
    -- online or offline
    status text not null,
    collegiate_number text,
    primary key (realm, hash),
    foreign key (realm, organization_id) references mediquo_organizations (realm, id)
);
create index mediquo_professionals_in_order on mediquo_professionals (realm, organization_id, sequence, hash);

-- Each write of a patient is a version of its own. The newest that may be seen counts; those it replaced are removed by
-- the write after it.
create table mediquo_patients (
    realm bigint not null,
    organization_id text not null,
    code text not null,
    version bigint not null,
    -- writes are answered before they can be read
    visible_at bigint not null,
    -- JSON object: what the caller may write
    profile text not null,
    -- JSON object: allergies, diseases, medications
    history text not null,
    created_at bigint not null,
    updated_at bigint not null,
    unsubscribed_at bigint,
    primary key (realm, organization_id, code, version),
    foreign key (realm, organization_id) references mediquo_organizations (realm, id)
);
create index mediquo_patients_by_code on mediquo_patients (realm, code);
create index mediquo_patients_by_visibility on mediquo_patients (realm, visible_at);

create table mediquo_appointments (
    realm bigint not null,
    organization_id text not null,
    code text not null,
    id text not null,
    sequence bigint not null,
    patient_code text not null,
    professional_hash text not null,
    starts_at bigint not null,
    duration_seconds bigint not null,
    -- the link says which version it was made for: any other is dead
    link_version bigint not null,
    created_at bigint not null,
    cancelled_at bigint,
    primary key (realm, organization_id, code),
    unique (realm, id),
    foreign key (realm, organization_id) references mediquo_organizations (realm, id),
    foreign key (realm, professional_hash) references mediquo_professionals (realm, hash)
);
create index mediquo_appointments_by_code on mediquo_appointments (realm, code);

create table mediquo_messages (
    realm bigint not null,
    id text not null,
    organization_id text not null,
    sequence bigint not null,
    patient_code text not null,
    -- who sends it, where somebody was named
    professional_hash text,
    body text not null,
    sent_at bigint not null,
    primary key (realm, id),
    foreign key (realm, organization_id) references mediquo_organizations (realm, id)
);
create index mediquo_messages_of_patient on mediquo_messages (realm, organization_id, patient_code, sequence, id);

create table mediquo_prescriptions (
    realm bigint not null,
    -- uuid
    code text not null,
    organization_id text not null,
    sequence bigint not null,
    -- null for a patient the organization has not registered
    patient_code text,
    -- JSON object: the patient as the professional wrote them down
    patient text not null,
    -- JSON array
    active_substances text not null,
    issued_at bigint not null,
    primary key (realm, code),
    foreign key (realm, organization_id) references mediquo_organizations (realm, id)
);
create index mediquo_prescriptions_of_patient on mediquo_prescriptions (realm, organization_id, patient_code);

create table mediquo_activation_codes (
    realm bigint not null,
    organization_id text not null,
    code text not null,
    sequence bigint not null,
    plan_name text,
    tag text,
    -- forever or limited
    duration text not null,
    duration_in_months bigint,
    duration_in_days bigint,
    -- YYYY-MM-DD: the last day, in UTC, on which it can be used
    expires_on text,
    max_redemptions bigint not null,
    redeemed bigint not null,
    meta text,
    active boolean not null,
    last_phone_number text,
    last_phone_prefix text,
    last_email text,
    created_at bigint not null,
    primary key (realm, organization_id, code),
    foreign key (realm, organization_id) references mediquo_organizations (realm, id)
);
create index mediquo_activation_codes_in_order on mediquo_activation_codes (realm, organization_id, sequence, code);
create index mediquo_activation_codes_by_code on mediquo_activation_codes (realm, code);

create table mediquo_redemptions (
    realm bigint not null,
    organization_id text not null,
    code text not null,
    -- counts from 1
    number bigint not null,
    first_name text not null,
    last_name text,
    redeemed_at bigint not null,
    primary key (realm, organization_id, code, number),
    foreign key (realm, organization_id) references mediquo_organizations (realm, id)
);

-- Widget tokens that were logged out before they expired.
create table mediquo_revoked_tokens (
    realm bigint not null references realms (id),
    jti text not null,
    expires_at bigint not null,
    primary key (realm, jti)
);

-- Bearer tokens of API v2.
create table mediquo_bearer_tokens (
    realm bigint not null,
    digest text not null,
    -- stands before the token: 2|…
    number bigint not null,
    organization_id text not null,
    expires_at bigint not null,
    primary key (realm, digest),
    foreign key (realm, organization_id) references mediquo_organizations (realm, id)
);

create table mediquo_webhook_endpoints (
    realm bigint not null,
    id text not null,
    organization_id text not null,
    sequence bigint not null,
    url text not null,
    -- JSON array of event types; null: all
    events text,
    -- fixed or hmac-sha256
    signature text not null,
    -- sealed: the fixed value, or the key
    secret text not null,
    -- 1 or 2: the shape of what both versions know
    version bigint not null,
    primary key (realm, id),
    foreign key (realm, organization_id) references mediquo_organizations (realm, id)
);
create index mediquo_webhook_endpoints_in_order
    on mediquo_webhook_endpoints (realm, organization_id, sequence, id);
