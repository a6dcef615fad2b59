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
