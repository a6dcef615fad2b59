-- What happens to this user, whatever client they meet: denies_consent, account_locked, … (model/behaviour.rs)
alter table users add column behaviour text;
